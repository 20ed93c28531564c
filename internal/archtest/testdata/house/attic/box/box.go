// Package box is a room of attic.
package box
