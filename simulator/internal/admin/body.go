package admin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
)

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// decode reads a JSON body; an empty one leaves the value as it is. A field that nobody reads is refused: what is
// mistyped must not look as if it had been obeyed.
func decode(r *http.Request, value any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return badRequest("reading the body: " + err.Error())
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err = decoder.Decode(value); err == nil {
		if decoder.More() {
			err = errors.New("there is something after its end")
		}
	}
	if err == nil {
		return nil
	}
	if _, unknown, found := strings.Cut(err.Error(), "json: unknown field "); found {
		known := fieldNames(reflect.TypeOf(value), "", map[reflect.Type]bool{})
		return badRequest(fmt.Sprintf("unknown field %s; this call knows: %s", unknown, listed(known)))
	}
	return badRequest("the body is not the expected JSON: " + err.Error())
}

// fieldNames lists the JSON names of a struct, those of nested structs with a dot.
func fieldNames(kind reflect.Type, prefix string, above map[reflect.Type]bool) (names []string) {
	for kind.Kind() == reflect.Pointer || kind.Kind() == reflect.Slice {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct || above[kind] {
		return nil
	}
	above[kind] = true
	defer delete(above, kind)
	for _, field := range jsonFields(kind) {
		names = append(names, prefix+field.name)
		names = append(names, fieldNames(field.kind, prefix+field.name+".", above)...)
	}
	return names
}

// jsonField is one field of a struct as encoding/json sees it.
type jsonField struct {
	name     string
	kind     reflect.Type
	optional bool
	doc      string
	enum     []string
}

// jsonFields lists a struct's fields, those of embedded structs in their place.
func jsonFields(kind reflect.Type) (fields []jsonField) {
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" {
			embedded := field.Type
			if embedded.Kind() == reflect.Pointer {
				embedded = embedded.Elem()
			}
			if embedded.Kind() == reflect.Struct {
				fields = append(fields, jsonFields(embedded)...)
			}
			continue
		}
		if name == "-" || !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		one := jsonField{name: name, kind: field.Type, doc: field.Tag.Get("doc")}
		one.optional = strings.Contains(options, "omit") || field.Type.Kind() == reflect.Pointer
		if values := field.Tag.Get("enum"); values != "" {
			one.enum = strings.Split(values, ",")
		}
		fields = append(fields, one)
	}
	return fields
}
