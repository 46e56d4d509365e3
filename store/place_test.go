package store_test

import (
	"testing"

	"github.com/seed-5b9f5318/charter/store"
)

func TestPlaceNames(t *testing.T) {
	for place, want := range map[store.Place]string{
		store.Nowhere: "nowhere", store.Here: "here", store.Elsewhere: "elsewhere", store.Elsewhere + 1: "nowhere",
	} {
		if got := place.String(); got != want {
			t.Errorf("place %d is %q, want %q", uint8(place), got, want)
		}
	}
}
