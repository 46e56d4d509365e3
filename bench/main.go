// Bench times charter and what an engineer would write by hand, on the same data, with
// the same questions, in one run. Package measure says how.
//
//	go -C bench run . -size S,L -systems memory
package main

//go:generate go run . -from ../docs/bench/results.json -svg ../docs/bench/check.svg

import (
	"os"

	"github.com/seed-5b9f5318/charter/bench/command"
	"github.com/seed-5b9f5318/charter/bench/systems"
)

func main() {
	os.Exit(command.Command{Groups: systems.Groups(), Growing: systems.Growing()}.Main())
}
