package httpapi

import (
	"encoding/json"
	"reflect"
	"time"
)

// filler makes a function that replaces nil slices in a T by empty ones, so
// that lists are [] in JSON, never null, as the OpenAPI document says. It
// does nothing for types that hold no list.
func filler(t reflect.Type) func(reflect.Value) {
	if !holdsList(t, map[reflect.Type]bool{}) {
		return func(reflect.Value) {}
	}
	return fillLists
}

var opaque = map[reflect.Type]bool{reflect.TypeFor[time.Time](): true, reflect.TypeFor[json.RawMessage](): true}

func holdsList(t reflect.Type, seen map[reflect.Type]bool) bool {
	if opaque[t] || seen[t] {
		return false
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8
	case reflect.Pointer, reflect.Array, reflect.Map:
		return holdsList(t.Elem(), seen)
	case reflect.Interface:
		return true
	case reflect.Struct:
		for i := range t.NumField() {
			if t.Field(i).IsExported() && holdsList(t.Field(i).Type, seen) {
				return true
			}
		}
	}
	return false
}

func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Struct:
		if opaque[v.Type()] {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fillLists(v.Field(i))
			}
		}
	}
}
