package charter_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// A host moves in with the people it knows already, from wherever it keeps them. The
// call says how far it came, and may be repeated.
func ExampleMembers_Import() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)

	file := `u-7,grace@acme.example,Grace,editor,pump valve
u-8,alan@acme.example,Alan,viewer,pump
u-9,nobody,Mallory,viewer,
`
	bulk := charter.Bulk{Batch: 2, Progress: func(done charter.Done) { fmt.Println(done.Rows, "rows are in") }}
	done, err := svc.Members.Import(ctx, charter.Host(asAda.Org), people(strings.NewReader(file)), bulk)
	var row *charter.RowError
	if errors.As(err, &row) {
		fmt.Printf("go on at row %d, after mending row %d: %v\n", done.Rows, row.Row, err)
	}

	asGrace := charter.Actor{User: "u-7", Org: asAda.Org}
	ok, err := svc.Can(ctx, asGrace, "devices.update-firmware", grants.Resource{Kind: "device", ID: "valve"})
	check(err)
	fmt.Println("Grace may update the valve:", ok)

	// Output:
	// 2 rows are in
	// go on at row 2, after mending row 2: invalid rows[2].email: is not an e-mail address
	// Grace may update the valve: true
}

// people returns the rows of a CSV file. What cannot be read ends the import.
func people(file io.Reader) iter.Seq2[charter.ImportedMember, error] {
	return func(yield func(charter.ImportedMember, error) bool) {
		for lines := csv.NewReader(file); ; {
			line, err := lines.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(charter.ImportedMember{}, err)
				return
			}
			row := charter.ImportedMember{
				User: orgs.UserID(line[0]), Profile: orgs.Profile{Email: line[1], FirstName: line[2]}, Role: roles.ID(line[3]),
			}
			for id := range strings.FieldsSeq(line[4]) {
				row.Grants = append(row.Grants, grants.One("device", grants.ResourceID(id)))
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}
