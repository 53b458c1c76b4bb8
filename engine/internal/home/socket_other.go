//go:build !linux

package home

// The smallest limit of the BSD family.
const maxSocketPath = 103
