// Package keyring is the private half of the keys that sign internal tokens: it makes them, publishes them before they sign, lets them
// retire, revokes them, and keeps them sealed at rest.
//
// A key is published, then signing, then retiring, then gone. Which of these it is at a given time follows from the list of keys alone
// ([Policy.State]): nothing has to happen at the moment when the next key takes over, so all processes on one store change over by
// themselves, to the same key.
//
// Guarantees:
//   - Except for the very first and after a revocation, a key is in the published set for [Policy.Lead] before it signs, and stays there
//     until the last token it signed is dead, and a margin longer.
//   - Whatever is written replaces exactly what was read ([Store.Save]). Of two rotations at once one wins, and the other finds it done.
//   - Private keys are written sealed (AES-256-GCM) and bound to their id and algorithm. When a key cannot be opened, nothing is written
//     over it.
//   - A process that has not read the list for longer than five minutes knows no key, and publishes none; with a margin shorter than that, it
//     stops signing after the margin.
//
// It refuses to verify anything, to know what is signed, and to tell anybody that a key was revoked: that is for the log of takings-back.
package keyring
