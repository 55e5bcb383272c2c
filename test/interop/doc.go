// Package interop tests Daypass with code that we did not write: the clients
// that users have. It is a module of its own, so that what these clients depend
// on never becomes a dependency of Daypass.
package interop
