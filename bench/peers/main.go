// Peers times what the engine of each peer takes for the same questions, besides what
// the command bench does.
//
//	go -C bench/peers run . -size S -systems casbin,OPA
package main

import (
	"os"
	"slices"

	"github.com/seed-5b9f5318/charter/bench/command"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/peers/casbin"
	"github.com/seed-5b9f5318/charter/bench/peers/cedar"
	"github.com/seed-5b9f5318/charter/bench/peers/opa"
	"github.com/seed-5b9f5318/charter/bench/peers/openfga"
	"github.com/seed-5b9f5318/charter/bench/systems"
)

func main() {
	os.Exit(command.Command{Groups: slices.Concat(systems.Groups(), peers()), Growing: systems.Growing()}.Main())
}

// peers returns a group for each peer, so that none has the garbage of another.
func peers() []measure.Group {
	return []measure.Group{
		group("Casbin", casbin.Kinds()...),
		group("Cedar", cedar.Kind()),
		group("OPA", opa.Kind()),
		group("OpenFGA", openfga.Kinds()...),
	}
}

func group(name string, kinds ...measure.Kind) measure.Group {
	return measure.Group{Name: name, Kinds: slices.Insert(kinds, 0, systems.Floor())}
}
