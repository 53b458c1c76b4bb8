// Command wasim is Holdfast's offline WhatsApp simulator.
package main

func main() {}
