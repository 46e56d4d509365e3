package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
)

// roster reads people from a CSV file as spreadsheets write it: UTF-8, with or
// without a byte order mark, lines ended either way, fields quoted or not. The
// first line names the columns, in any order; others may be among them.
type roster struct {
	csv    *csv.Reader
	column [len(columns)]int
}

var columns = [...]string{"name", "e-mail", "role", "devices"}

// An entry is one person of a roster.
type entry struct {
	line              int
	name, email, role string
	devices           []grants.ResourceID
}

func newRoster(r io.Reader) (*roster, error) {
	text := bufio.NewReader(r)
	if mark := []byte("\ufeff"); startsWith(text, mark) {
		_, _ = text.Discard(len(mark)) // they were just seen
	}
	reader := csv.NewReader(text)
	reader.TrimLeadingSpace = true
	header, err := reader.Read()
	if err != nil {
		return nil, fmt.Errorf("the line with the names of the columns: %w", err)
	}
	people := &roster{csv: reader}
	for i, name := range columns {
		is := func(cell string) bool { return strings.EqualFold(strings.TrimSpace(cell), name) }
		if people.column[i] = slices.IndexFunc(header, is); people.column[i] < 0 {
			return nil, fmt.Errorf("the first line names no column %q; it needs %s", name, strings.Join(columns[:], ", "))
		}
	}
	return people, nil
}

func startsWith(r *bufio.Reader, mark []byte) bool {
	start, _ := r.Peek(len(mark)) // an error comes again when it matters
	return bytes.Equal(start, mark)
}

// next returns the next person, io.EOF after the last, and a rowError with the
// line for a row that is none; the one after it may be good.
func (r *roster) next() (entry, error) {
	cells, err := r.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		return entry{line: broken.StartLine}, rowError(broken.Err.Error())
	case err != nil:
		return entry{}, err
	}
	line, _ := r.csv.FieldPos(0)
	cell := func(i int) string { return strings.TrimSpace(cells[r.column[i]]) }
	p := entry{line: line, name: cell(0), email: cell(1), role: cell(2)}
	for id := range strings.SplitSeq(cell(3), ";") {
		if id = strings.TrimSpace(id); id != "" {
			p.devices = append(p.devices, grants.ResourceID(id))
		}
	}
	return p, nil
}

// offset returns how many bytes were read.
func (r *roster) offset() int64 { return r.csv.InputOffset() }
