// Command holdfast-engine holds the connections to WhatsApp. It carries and translates; it decides nothing.
package main

func main() {}
