// Command httpservice is a small web service that embeds charter as a host does:
// it has a login, devices and a database of its own, and asks charter who may do
// what with them.
//
//	go -C examples run ./httpservice
//	curl -X POST -H 'Demo-User: ada' -H 'Demo-Email: ada@acme.example' localhost:8080/sign-in
//	curl -X POST -H 'Demo-User: ada' -d '{"id":"d-1","name":"Pump"}' localhost:8080/devices
//
// server.go has the handlers, host.go what they stand on: the login, the host's
// transaction and the status of each error.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "`address` to listen on")
	path := flag.String("db", "httpservice.db", "SQLite `file`; made when it is not there")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, *addr, *path)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "httpservice:", err)
		os.Exit(1)
	}
}

// serve serves on addr until ctx is done, and then lets requests end.
func serve(ctx context.Context, addr, path string) error {
	s, err := open(ctx, path, "http://"+addr+"/invitations/")
	if err != nil {
		return err
	}
	defer s.db.Close()
	web := &http.Server{Addr: addr, Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		ended <- web.Shutdown(grace)
	}()
	slog.Info("listening", "address", addr, "database", path)
	if err := web.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}
