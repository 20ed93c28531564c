// Package config finds out how the program is to run: one table of settings, each of which comes by flag, by environment, by file or by
// default, in that order.
//
// Guarantees:
//   - Every value knows where it came from: flag, variable, file and line.
//   - What is not understood is an error that names the place and the nearest name that would have been right: a key of the file, a
//     variable that begins with INTROSPECTD_, a value without a unit.
//   - Secrets print redacted, and come by environment or by a file that a variable names, so that no process list shows them.
//
// It refuses to guess: no file is looked for that was not named, and a list of problems is complete, not only its first.
package config
