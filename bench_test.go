package charter_test

import (
	"fmt"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// firmware is the permission that the benchmarks ask about.
const firmware roles.Permission = "devices.update-firmware"

// town is an organization with an Editor who has a grant of the first device.
func town(b *testing.B) (w *servicetest.World, editor charter.Actor, device grants.Resource) {
	b.Helper()
	w = servicetest.New(b, func(testing.TB) store.Store { return memstore.New() })
	admin := w.Found("ada", "Acme")
	device = w.Devices(admin, 1000)[0]
	return w, w.Join(admin, "eve", roles.Editor, grants.One(device.Kind, device.ID)), device
}

func BenchmarkCan(b *testing.B) {
	w, editor, device := town(b)
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := w.Svc.Can(w.Ctx, editor, firmware, device); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

func BenchmarkAccessCan(b *testing.B) {
	w, editor, device := town(b)
	access, err := w.Svc.Access(w.Ctx, editor, device.Kind)
	w.Must(err)
	b.ReportAllocs()
	for b.Loop() {
		if ok, err := access.Can(firmware, device); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// BenchmarkMembersPage shows that a page costs the same whatever the size of the
// organization.
func BenchmarkMembersPage(b *testing.B) {
	for _, size := range []int{100, 10_000} {
		b.Run(fmt.Sprintf("members=%d", size), func(b *testing.B) {
			w := servicetest.New(b, func(testing.TB) store.Store { return memstore.New() })
			admin := w.Found("ada", "Acme")
			for i := range size {
				w.Invite(admin, orgs.UserID(fmt.Sprintf("u-%d", i)), roles.Viewer)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := w.Svc.Members.Page(w.Ctx, admin, charter.MemberQuery{Sort: orgs.ByEmail}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
