// Package gocore reads ELF core files of Go programs.
package gocore
