// Sql times charter on SQL databases beside queries and transactions written by hand,
// on the same driver with the same settings. It starts the servers that are installed.
//
//	go -C bench/sql run . -size S -systems SQLite
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/seed-5b9f5318/charter/bench/command"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

func main() {
	ctx := context.Background()
	engines, err := start(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	code := 1
	if err == nil {
		code = command.Command{Groups: groups(ctx, engines), Growing: growing(ctx, engines)}.Main()
	}
	for _, e := range engines {
		if err := e.close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// start returns the engines that are here.
func start(ctx context.Context) ([]*engine, error) {
	engines := []*engine{onSQLite()}
	for _, begin := range []func(context.Context) (*engine, error){onPostgreSQL, onMariaDB} {
		e, err := begin(ctx)
		if errors.Is(err, servers.ErrNotFound) {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		if err != nil {
			return engines, err
		}
		engines = append(engines, e)
	}
	return engines, nil
}

func groups(ctx context.Context, engines []*engine) (list []measure.Group) {
	for _, e := range engines {
		list = append(list, measure.Group{Name: e.name, Kinds: e.kinds(ctx)})
	}
	return list
}

func growing(ctx context.Context, engines []*engine) (list []measure.Kind) {
	for _, e := range engines {
		list = append(list, e.growing(ctx))
	}
	return list
}
