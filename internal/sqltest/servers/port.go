package servers

import (
	"io"
	"strconv"
)

// port is a port of the loopback interface that is this process's until it is
// released.
type port struct {
	number int
	socket io.Closer
}

func newPort() (port, error) {
	number, socket, err := reserve()
	return port{number, socket}, err
}

func (p port) address() string { return "127.0.0.1:" + strconv.Itoa(p.number) }

func (p port) release() { p.socket.Close() }
