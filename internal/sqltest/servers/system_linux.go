package servers

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// detached keeps a terminal's signals away: a server's end is its keeper's matter.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// ownerOf makes a process run as the owner of path. Nil is whoever runs the tests.
func ownerOf(path string) *syscall.SysProcAttr {
	var stat syscall.Stat_t
	if os.Geteuid() != 0 || syscall.Stat(path, &stat) != nil {
		return nil
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}}
}

// reserve returns a free port of the loopback interface, and a socket that is bound to
// it and never listens: the kernel gives the port to nobody who asks for any, while a
// server, which sets SO_REUSEADDR as this socket does, gets it whenever it starts.
func reserve() (number int, socket io.Closer, err error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, nil, fmt.Errorf("free port: %w", err)
	}
	socket = os.NewFile(uintptr(fd), "port")
	err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	if err == nil {
		err = syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	}
	if err == nil {
		var at syscall.Sockaddr
		if at, err = syscall.Getsockname(fd); err == nil {
			return at.(*syscall.SockaddrInet4).Port, socket, nil
		}
	}
	socket.Close()
	return 0, nil, fmt.Errorf("free port: %w", err)
}

// mount puts a file system of that many bytes on dir.
func mount(dir string, bytes int64) error {
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
	if errors.Is(err, syscall.EPERM) {
		return ErrNoDisk
	}
	return err
}

// unmount takes away what mount put there, if anything.
func unmount(dir string) {
	const evenIfUsed = 2                 // MNT_DETACH
	_ = syscall.Unmount(dir, evenIfUsed) // EINVAL: nothing
}
