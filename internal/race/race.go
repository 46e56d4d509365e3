// Package race says whether the race detector is on. It makes what computes much ten
// times slower, so tests that only compute do less of it then.
package race
