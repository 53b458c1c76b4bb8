package admin

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
)

// object is a piece of the specification.
type object = map[string]any

const specificationTitle = "wasim, the offline WhatsApp simulator"

var pathParameter = regexp.MustCompile(`\{([a-z]+)\}`)

// pathParameters explains the names in paths.
var pathParameters = map[string]string{
	"phone":   "number of a simulated phone, digits only",
	"device":  "number of a companion device of the account, from 1",
	"group":   "id of a group, without its server",
	"seq":     "sequence number of an item",
	"id":      "id as a list shows it",
	"jid":     "phone number, or JID of a chat",
	"message": "id of a message",
}

// specify answers with the OpenAPI document of the table of routes.
func specify(*Rooms, *http.Request) (object, error) { return Specification(), nil }

// Specification is the admin API as an OpenAPI 3.1 document, made from the table that serves it.
func Specification() object {
	schemas := &schemaBook{names: map[schemaKey]string{}, defined: object{}}
	paths := object{}
	for _, one := range routes() {
		path := strings.TrimSuffix(one.path, "{$}")
		item, ok := paths[path].(object)
		if !ok {
			item = object{}
			paths[path] = item
		}
		item[strings.ToLower(one.method)] = schemas.describe(one, path)
	}
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title": specificationTitle, "version": "1",
			"description": "Orders to simulated phones and companions, and faults. Errors are {\"error\": \"one line\"}.",
		},
		"paths":      paths,
		"components": object{"schemas": schemas.defined},
	}
}

func (b *schemaBook) describe(one route, path string) object {
	operation := object{
		"operationId": operationID(one.method, path), "summary": one.summary, "tags": []string{topic(path)},
		"responses": object{
			"200":     object{"description": "done", "content": b.answerOf(one.call)},
			"default": object{"description": "refused", "content": jsonContent(refusal())},
		},
	}
	if parameters := parametersOf(one, path); len(parameters) > 0 {
		operation["parameters"] = parameters
	}
	switch {
	case one.call.text:
		operation["requestBody"] = object{"required": true, "content": object{"text/plain": object{"schema": object{"type": "string"}}}}
	case one.call.request != nil:
		operation["requestBody"] = object{"content": jsonContent(b.schema(one.call.request, true))}
	}
	return operation
}

func (b *schemaBook) answerOf(done call) object {
	if done.media != "" {
		return object{done.media: object{"schema": object{"type": "string"}}}
	}
	return jsonContent(b.schema(done.response, false))
}

func parametersOf(one route, path string) (parameters []object) {
	for _, found := range pathParameter.FindAllStringSubmatch(path, -1) {
		parameters = append(parameters, object{
			"name": found[1], "in": "path", "required": true,
			"description": pathParameters[found[1]], "schema": object{"type": "string"},
		})
	}
	for _, found := range one.query {
		parameters = append(parameters, object{
			"name": found.name, "in": "query", "description": found.summary, "schema": object{"type": found.kind},
		})
	}
	return parameters
}

func jsonContent(schema object) object { return object{"application/json": object{"schema": schema}} }

func refusal() object {
	return object{"type": "object", "required": []string{"error"}, "properties": object{"error": object{"type": "string"}}}
}

func operationID(method, path string) string {
	words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/{}.-", r) })
	return strings.Join(append([]string{strings.ToLower(method)}, words...), "_")
}

func topic(path string) string {
	words := strings.Split(strings.TrimPrefix(path, "/admin/"), "/")
	if len(words) == 0 || !strings.HasPrefix(path, "/admin/") {
		return "self"
	}
	return words[0]
}

type schemaKey struct {
	kind    reflect.Type
	request bool
}

// schemaBook collects the named schemas while routes are described.
type schemaBook struct {
	names   map[schemaKey]string
	defined object
}

// schema describes a Go type as encoding/json writes it; structs with a name become components.
func (b *schemaBook) schema(kind reflect.Type, request bool) object {
	switch {
	case kind == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case kind == reflect.TypeFor[object](), kind.Kind() == reflect.Interface:
		return object{}
	case kind == reflect.TypeFor[[]byte]():
		return object{"type": "string", "contentEncoding": "base64"}
	}
	switch kind.Kind() {
	case reflect.Pointer:
		return b.schema(kind.Elem(), request)
	case reflect.Slice, reflect.Array:
		if kind.PkgPath() != "" && kind.Elem().Kind() == reflect.Uint8 { // json.RawMessage
			return object{}
		}
		return object{"type": "array", "items": b.schema(kind.Elem(), request)}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": b.schema(kind.Elem(), request)}
	case reflect.Struct:
		return b.structure(kind, request)
	default:
		return object{"type": scalar(kind.Kind())}
	}
}

func scalar(kind reflect.Kind) string {
	switch kind {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float32, reflect.Float64:
		return "number"
	default:
		return "integer"
	}
}

func (b *schemaBook) structure(kind reflect.Type, request bool) object {
	if kind.Name() == "" {
		return b.properties(kind, request)
	}
	key := schemaKey{kind, request}
	name, known := b.names[key]
	if !known {
		name = b.freeName(kind, request)
		b.names[key] = name
		b.defined[name] = object{} // taken, for types that contain themselves
		b.defined[name] = b.properties(kind, request)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (b *schemaBook) freeName(kind reflect.Type, request bool) string {
	base, _, _ := strings.Cut(kind.Name(), "[") // a generic type's arguments do not belong into a name
	name := strings.ToUpper(base[:1]) + base[1:]
	path := kind.PkgPath()
	if room := path[strings.LastIndex(path, "/")+1:]; room != "admin" {
		name = strings.ToUpper(room[:1]) + room[1:] + name
	}
	if request && b.defined[name] != nil {
		name += "Order"
	}
	for b.defined[name] != nil {
		name += "_"
	}
	return name
}

// properties describes the fields. What leaves always has its fields, what enters need not, but has no others.
func (b *schemaBook) properties(kind reflect.Type, request bool) object {
	properties, required := object{}, []string{}
	for _, field := range jsonFields(kind) {
		described := b.schema(field.kind, request)
		if field.doc != "" {
			described["description"] = field.doc
		}
		if field.enum != nil {
			described["enum"] = field.enum
		}
		properties[field.name] = described
		if !request && !field.optional {
			required = append(required, field.name)
		}
	}
	schema := object{"type": "object", "properties": properties}
	if len(required) > 0 {
		slices.Sort(required)
		schema["required"] = required
	}
	if request {
		schema["additionalProperties"] = false
	}
	return schema
}
