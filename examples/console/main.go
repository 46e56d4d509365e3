// Command console is a web application on charter: organizations, members,
// invitations, roles, devices and dashboards, history, on screens.
//
//	go -C examples run ./console
//	go -C examples run ./console -db console.db
//	go -C examples run ./console -dsn postgres://me@localhost/app
//	go -C examples run ./console -dsn 'mysql://me:secret@tcp(localhost)/app'
//
// Without -db and -dsn it plays on a database that is gone when it ends. It starts
// with a prepared organization, or bare with -empty. It is all that a service
// would write but for the login: signing in is a page to pick somebody from.
//
// Where to read: routes.go has every address and what answers it, the files named
// after a noun have what is behind them, host.go and accounts.go what charter
// leaves to its host, page.go how an answer is made.
//
// Its libraries: htmx.org in static (list filters without loading the page anew),
// gorilla/securecookie (signed sessions), wneessen/go-mail (SMTP), jmoiron/sqlx
// (placeholders of three databases).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop)   // a second one ends the program at once
	signal.Ignore(syscall.SIGPIPE) // who reads no mails here is no reason to end
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "console:", err)
		os.Exit(1)
	}
}

// config is what the command line says.
type config struct {
	addr  string // to listen on
	url   string // what links begin with
	file  string // SQLite
	dsn   string // a server, instead of file
	key   string // file with the secret
	empty bool   // without the prepared organization
	smtp  string // server; empty prints mails
	from  string // sender of mails
}

func parse(args []string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("console", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.addr, "addr", "localhost:8080", "`address` to listen on; port 0 takes a free one")
	flags.StringVar(&c.url, "url", "", "what links begin with, when it is not http:// and the address")
	flags.StringVar(&c.file, "db", "", "SQLite `file` to keep; made when it is not there")
	flags.StringVar(&c.dsn, "dsn", "", "a `database` server instead: postgres://… or mysql://…; also from CONSOLE_DSN")
	flags.StringVar(&c.key, "key", "", "`file` with the secret of links and sessions; made when it is not there")
	flags.BoolVar(&c.empty, "empty", false, "start without the prepared organization")
	flags.StringVar(&c.smtp, "smtp", "", "mail `server`, smtp://user:password@host:587; also from CONSOLE_SMTP; without it mails are printed")
	flags.StringVar(&c.from, "from", "console@localhost", "sender `address` of mails")
	if err := flags.Parse(args); err != nil {
		return config{}, err
	}
	if flags.NArg() > 0 {
		return config{}, errors.New("there are flags only, see -help")
	}
	if c.file != "" && c.dsn != "" {
		return config{}, errors.New("-db and -dsn are two databases: choose one")
	}
	if strings.HasPrefix(c.file, ":") {
		return config{}, errors.New("-db is no file; without it the database is a temporary one")
	}
	if c.file == "" {
		c.dsn = cmp.Or(c.dsn, os.Getenv("CONSOLE_DSN")) // other people see what a command line says
	}
	c.smtp = cmp.Or(c.smtp, os.Getenv("CONSOLE_SMTP"))
	if c.url != "" && !isHome(c.url) {
		return config{}, errors.New("-url is no address such as https://console.example")
	}
	c.url = strings.TrimRight(c.url, "/")
	return c, nil
}

// isHome reports whether links can begin with text.
func isHome(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// run serves until ctx is done. The address goes to stdout, and so do mails that
// nobody else sends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if c.file == "" && c.dsn == "" {
		folder, err := os.MkdirTemp("", "console")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		c.file = filepath.Join(folder, "console.db")
	}
	c.key = cmp.Or(c.key, cmp.Or(c.file, "console")+".key")
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	c.url = cmp.Or(c.url, "http://"+reachable(c.addr, listener.Addr()))
	a, err := open(ctx, c, stdout, slog.New(slog.NewTextHandler(stderr, nil)))
	if err != nil {
		return err
	}
	defer a.db.Close()
	fmt.Fprintf(stdout, "console: %s/\n", c.url)
	return serve(ctx, listener, a.handler())
}

// reachable returns where a browser on this machine finds what listens at bound,
// as it was asked for.
func reachable(asked string, bound net.Addr) string {
	host, _, err := net.SplitHostPort(asked)
	_, port, bad := net.SplitHostPort(bound.String())
	if err != nil || bad != nil {
		return bound.String()
	}
	return net.JoinHostPort(cmp.Or(host, "localhost"), port)
}

// serve serves on listener until ctx is done, and then lets requests end.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	web := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
	ended := make(chan struct{})
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if web.Shutdown(grace) != nil {
			web.Close() // who has not sent a request by now has none
		}
		close(ended)
	}()
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-ended
	return nil
}
