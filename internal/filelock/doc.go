// Package filelock takes files for one process at a time. A lock ends with its
// process, however that ends, and is kept by those who ask for it alone.
package filelock
