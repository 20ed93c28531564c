// Package archtest holds a module against the rules written down in its architecture document.
//
// The tables in the document are the rules: there is no second copy in code, so document and test cannot differ. Each
// rule answers with its breaches, one line each, naming the file and what to do; no breaches means that the rule is kept. An
// error means that the rules or the sources could not be read, never that a rule was broken.
//
// It reads the source files itself, whatever their build tags, so a forbidden import cannot hide behind another
// platform, and the test cache sees every file that a verdict rests on. It refuses tables it does not fully understand.
package archtest
