// Command quickstart plays the story of a small organization on an SQLite file,
// step by step: people sign in, are invited, join, are promoted, leave and are
// removed, and the library says each time what it did and why.
//
//	go -C examples run ./quickstart
//	go -C examples run ./quickstart -import quickstart/people.csv
//
// Run again on the same file it goes on where it was. Nothing in it is remembered
// outside the database but the key that invitation links are made with.
//
// Where to read: host.go is all that a service needs to embed charter, scenes.go
// has one call of the library after the other, story.go orders them, facts.go
// looks at what is stored, import.go invites a roster.
//
// The progress bar is github.com/schollz/progressbar/v3, because one bar is all
// that is drawn here and it needs no goroutine of its own for that.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run is the whole program. The story goes to stdout; the progress bar and the
// complaints about flags go to stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	path := flags.String("db", "quickstart.db", "the SQLite `file` to play on; made when it is not there")
	roster := flags.String("import", "", "a CSV `file` with people to invite, after the story: name, e-mail, role, devices")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("what is %q? see -help", flags.Arg(0))
	}

	h, err := openHost(ctx, *path)
	if err != nil {
		return err
	}
	defer h.close()

	out := &report{w: stdout}
	out.heading("charter quickstart on %s", *path)
	if err := tell(ctx, h.svc, out); err != nil {
		return err
	}
	if *roster != "" {
		return importFile(ctx, h.svc, *roster, out, stderr)
	}
	out.heading("Run it again: it goes on where it was. With -import quickstart/people.csv it invites a thousand people.")
	return out.err
}
