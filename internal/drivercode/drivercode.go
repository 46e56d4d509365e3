// Package drivercode finds the numbers that databases give their errors. Drivers have
// them in places of their own, and no driver is imported here to look there.
package drivercode

import (
	"errors"
	"reflect"
)

// Of returns the first number but 0 that err, or an error in it, has in a
// method or field of one of the names.
func Of(err error, names ...string) (code int, ok bool) {
	if err == nil {
		return 0, false
	}
	for _, name := range names {
		if code, ok := integer(called(reflect.ValueOf(err), name)); ok && code != 0 {
			return code, true
		}
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range many.Unwrap() {
			if code, ok := Of(err, names...); ok {
				return code, true
			}
		}
		return 0, false
	}
	return Of(errors.Unwrap(err), names...)
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
