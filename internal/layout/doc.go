// Package layout holds tests of the source itself: which package imports which, how long files are, what generated
// files and struct tags look like, which words are used, and what a module that uses this one has to download. There is
// no other code in it.
package layout
