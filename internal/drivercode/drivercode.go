// Package drivercode finds the numbers and names that databases give their errors. Drivers have
// them in places of their own, and no driver is imported here to look there.
package drivercode

import (
	"errors"
	"reflect"
)

// Of returns the first number but 0 that err, or an error in it, has in a
// method or field of one of the names.
func Of(err error, names ...string) (code int, ok bool) {
	return first(err, names, func(v reflect.Value) (int, bool) {
		code, ok := integer(v)
		return code, ok && code != 0
	})
}

// Text returns the first text that err, or an error in it, has in a method or field of
// one of the names, "" too.
func Text(err error, names ...string) (text string, ok bool) {
	return first(err, names, func(v reflect.Value) (string, bool) {
		if v.Kind() != reflect.String {
			return "", false
		}
		return v.String(), true
	})
}

// first returns what read makes of the first value that it reads.
func first[T any](err error, names []string, read func(reflect.Value) (T, bool)) (found T, ok bool) {
	if err == nil {
		return found, false
	}
	for _, name := range names {
		if found, ok := read(called(reflect.ValueOf(err), name)); ok {
			return found, true
		}
	}
	if many, is := err.(interface{ Unwrap() []error }); is {
		for _, err := range many.Unwrap() {
			if found, ok := first(err, names, read); ok {
				return found, true
			}
		}
		return found, false
	}
	return first(errors.Unwrap(err), names, read)
}

// called returns what the method called name of v returns, or v's field of that
// name, or nothing.
func called(v reflect.Value, name string) reflect.Value {
	if m := v.MethodByName(name); m.IsValid() && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		return m.Call(nil)[0]
	}
	if v = reflect.Indirect(v); v.Kind() == reflect.Struct {
		return v.FieldByName(name)
	}
	return reflect.Value{}
}

func integer(v reflect.Value) (int, bool) {
	switch {
	case !v.IsValid():
		return 0, false
	case v.CanInt():
		return int(v.Int()), true
	case v.CanUint():
		return int(v.Uint()), true
	default:
		return 0, false
	}
}
