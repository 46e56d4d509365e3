package servicetest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter"
)

// TestFaultsCoverTheService: every method of the Service that takes a context is
// a case of RunFaults, so that a new one is not forgotten.
func TestFaultsCoverTheService(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range append(faultOperations(), faultQuestions()...) {
		name, _, _ := strings.Cut(c.name, "/")
		covered[name] = true
	}
	service := reflect.TypeFor[charter.Service]()
	methods := methodsOf(reflect.PointerTo(service), "")
	for i := range service.NumField() {
		if f := service.Field(i); f.IsExported() {
			methods = append(methods, methodsOf(f.Type, f.Name+".")...)
		}
	}
	for _, name := range methods {
		if !covered[name] {
			t.Errorf("%s has no case", name)
		}
		delete(covered, name)
	}
	for name := range covered {
		t.Errorf("case %s is of no method", name)
	}
}

// methodsOf returns the methods of t that take a context.
func methodsOf(t reflect.Type, prefix string) (names []string) {
	for i := range t.NumMethod() {
		m := t.Method(i)
		if m.Type.NumIn() > 1 && m.Type.In(1) == reflect.TypeFor[context.Context]() {
			names = append(names, prefix+m.Name)
		}
	}
	return names
}
