package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is what this process has started.
type site struct {
	mu     sync.Mutex
	root   string // folder of all folders; "" before the first
	keeper *run   // of root
	runs   map[*run]bool
	shared map[string]*shared

	making    sync.Mutex        // one template at a time
	templates map[string]string // data folders of servers that never ran, by name
}

var here = &site{}

// shared is a server for all tests, or why there is none.
type shared struct {
	start  sync.Once
	engine Engine
	err    error
}

// Shared returns the server of this process that start makes with o, and starts it if
// it does not run: every call with the same two gets the same server, until StopAll.
// If it cannot, Need ends the test.
func Shared[S Engine](t testing.TB, start func(context.Context, Options) (S, error), o Options) S {
	t.Helper()
	var none S
	if any(none) == nil {
		t.Fatalf("%T is an interface: what Shared returns is told apart by its type", &none)
	}
	one := here.share(fmt.Sprintf("%T %q", none, fmt.Sprint(o)))
	one.start.Do(func() { one.engine, one.err = start(t.Context(), o) })
	Need(t, one.err)
	Need(t, one.engine.Start(t.Context()))
	return one.engine.(S)
}

func (s *site) share(key string) *shared {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shared == nil {
		s.shared = map[string]*shared{}
	}
	if s.shared[key] == nil {
		s.shared[key] = &shared{}
	}
	return s.shared[key]
}

// StopAll kills every server that this process has started, shared or not, and removes
// all folders. It is for the end of TestMain; a server that is started later is a new
// one, in a new folder.
func StopAll() error {
	s := here
	s.making.Lock()
	defer s.making.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.runs {
		r.kill()
	}
	s.runs, s.shared, s.templates, s.root = nil, nil, nil, ""
	if s.keeper == nil {
		return nil
	}
	keeper := s.keeper
	s.keeper = nil
	keeper.kill()
	if keeper.err != nil {
		return fmt.Errorf("remove the servers' folders: %w", keeper.err)
	}
	return nil
}

// open makes the root folder and its keeper, if there is none. s is locked.
func (s *site) open() error {
	if s.root != "" {
		return nil
	}
	root, err := os.MkdirTemp("", "charter-servers-")
	if err != nil {
		return err
	}
	keeper, err := launch(command{Dir: root}, filepath.Join(root, "keeper"))
	if err == nil {
		err = os.Chmod(root, 0o755) // other accounts go through it
	}
	if err != nil {
		os.RemoveAll(root)
		return err
	}
	s.root, s.keeper = root, keeper
	return nil
}

// launch is the function launch for what StopAll ends.
func (s *site) launch(c command, log string) (*run, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := launch(c, log)
	if err != nil {
		return nil, err
	}
	for old := range s.runs {
		if !old.alive() {
			delete(s.runs, old)
		}
	}
	if s.runs == nil {
		s.runs = map[*run]bool{}
	}
	s.runs[r] = true
	return r, nil
}

// folder makes a folder that belongs to as. If disk is not 0, there is a folder data
// in it, on a file system of that size.
func (s *site) folder(name string, as *account, disk int64) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.open(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(s.root, name+"-")
	if err == nil {
		err = as.own(dir)
	}
	if err != nil || disk == 0 {
		return dir, err
	}
	data := filepath.Join(dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return dir, err
	}
	if err := mount(data, disk); err != nil {
		return dir, err
	}
	return dir, errors.Join(os.Chmod(data, 0o700), as.own(data))
}

// copy makes a folder with a copy of data in it.
func (s *site) copy(ctx context.Context, name string, as *account, disk int64, data string) (string, error) {
	dir, err := s.folder(name, as, disk)
	if err == nil {
		_, err = s.exec(ctx, as, dir, "cp", "-a", data+"/.", "data")
	}
	return dir, err
}

// template returns a data folder to copy, which fill has made in dir/data. It is made
// once.
func (s *site) template(name string, as *account, fill func(dir string) error) (string, error) {
	s.making.Lock()
	defer s.making.Unlock()
	if dir, ok := s.templates[name]; ok {
		return dir, nil
	}
	dir, err := s.folder(name+"-template", as, 0)
	if err != nil {
		return "", err
	}
	if err := fill(dir); err != nil {
		return "", err
	}
	if s.templates == nil {
		s.templates = map[string]string{}
	}
	s.templates[name] = filepath.Join(dir, "data")
	return s.templates[name], nil
}

// exec runs a program in dir and returns what it says. An error has it too.
func (s *site) exec(ctx context.Context, as *account, dir, program string, args ...string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", err
	}
	log := filepath.Join(dir, filepath.Base(program)+".log")
	r, err := s.launch(command{Path: path, Args: args, Dir: dir, Env: environment(dir), As: as}, log)
	if err != nil {
		return "", err
	}
	select {
	case <-r.done:
		err = r.err
	case <-ctx.Done():
		r.kill()
		err = ctx.Err()
	}
	said := tail(log)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, strings.Join(args, " "), err, said)
	}
	return said, nil
}

// environment is that of a server and of what it calls: nothing of who runs the tests
// reaches it.
func environment(dir string) []string {
	path := os.Getenv("PATH") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	return []string{"PATH=" + path, "HOME=" + dir, "LC_ALL=C"}
}

// account is who runs a server.
type account struct {
	UID uint32 `json:"uid"`
	GID uint32 `json:"gid"`
}

// as returns the account that a server gets whose own is name: nil, unless the tests
// run as root.
func as(name string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else is an answer
	}
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &account{UID: uint32(uid), GID: uint32(gid)}, nil
}

// own gives path to a. Of nil it is already.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Chown(path, int(a.UID), int(a.GID))
}

// removeMost is how long remove tries: what was killed may still be writing.
const removeMost = 10 * time.Second

// remove removes dir, with the file systems on it, and what servers in it that were
// killed have left elsewhere.
func remove(dir string) error {
	for deadline := time.Now().Add(removeMost); ; <-time.After(poll) {
		for _, pattern := range []string{"", "*"} {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return err
			}
			for _, d := range found {
				data := filepath.Join(d, "data")
				forget(filepath.Join(data, "postmaster.pid"))
				unmount(data)
			}
		}
		if err := os.RemoveAll(dir); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

// forget removes the shared memory that a PostgreSQL that was killed has left, some
// bytes of System V's: its number is the last of the file's. Only its owner may.
func forget(pidFile string) {
	text, err := os.ReadFile(pidFile)
	if err != nil {
		return
	}
	const place = 6 // the line "key number"
	lines := strings.Split(string(text), "\n")
	if len(lines) <= place {
		return
	}
	if fields := strings.Fields(lines[place]); len(fields) == 2 {
		ipcrm := exec.CommandContext(context.Background(), "ipcrm", "-m", fields[1])
		ipcrm.SysProcAttr = ownerOf(pidFile)
		_ = ipcrm.Run() // whoever ended orderly has done it
	}
}
