package admin

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"holdfast/simulator/internal/seed"
)

func quietRooms() *Rooms {
	return &Rooms{Source: seed.New(3), Log: slog.New(slog.DiscardHandler)}
}

func ask(t *testing.T, method, target, body string) (int, string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	Handler(quietRooms()).ServeHTTP(recorder, httptest.NewRequest(method, target, strings.NewReader(body)))
	return recorder.Code, recorder.Body.String()
}

// What the document promises is served, and what is served is in the document.
func TestEveryRouteIsSpecifiedAndEveryPathIsServed(t *testing.T) {
	mux, ok := Handler(quietRooms()).(*http.ServeMux)
	if !ok {
		t.Fatal("the handler is no mux any more: this test must find routes in another way")
	}
	served := map[string]bool{}
	for path, item := range Specification()["paths"].(object) {
		for method := range item.(object) {
			target := regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "1")
			_, pattern := mux.Handler(httptest.NewRequest(strings.ToUpper(method), target, nil))
			if strings.TrimSuffix(pattern, "{$}") != strings.ToUpper(method)+" "+path {
				t.Errorf("%s %s is specified and reaches %q", method, path, pattern)
			}
			served[pattern] = true
		}
	}
	for _, one := range routes() {
		if !served[one.pattern()] {
			t.Errorf("%s is not specified", one.pattern())
		}
		if one.summary == "" || one.call.run == nil {
			t.Errorf("%s needs a summary and a call", one.pattern())
		}
	}
}

func TestTheDocumentIsSound(t *testing.T) {
	code, body := ask(t, "GET", "/openapi.json", "")
	var document struct {
		OpenAPI    string
		Components struct{ Schemas map[string]any }
		Paths      map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal([]byte(body), &document); code != http.StatusOK || err != nil || document.OpenAPI != "3.1.0" {
		t.Fatalf("%d, %v, %.200s", code, err, body)
	}
	for _, found := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if document.Components.Schemas[found[1]] == nil {
			t.Errorf("%s is referred to and not there", found[1])
		}
	}
	ids := map[string]bool{}
	for path, item := range document.Paths {
		for method, operation := range item {
			if operation.OperationID == "" || ids[operation.OperationID] {
				t.Errorf("%s %s: operation id %q is absent or taken", method, path, operation.OperationID)
			}
			ids[operation.OperationID] = true
		}
		for _, found := range pathParameter.FindAllStringSubmatch(path, -1) {
			if pathParameters[found[1]] == "" {
				t.Errorf("%s: {%s} is not explained in pathParameters", path, found[1])
			}
		}
	}
}

// Whatever nobody reads is refused with one line that says what there is.
func TestMistypedRequests(t *testing.T) {
	for name, test := range map[string]struct{ method, target, body, says string }{
		"field":        {"POST", "/admin/phones", `{"nmae":"Ann"}`, `unknown field "nmae"; this call knows: name, phone`},
		"nested field": {"POST", "/admin/phones/1/send", `{"media":{"knid":"image"}}`, "media.kind"},
		"parameter":    {"GET", "/admin/phones?acount=1", "", `unknown parameter "acount"; this call knows: none`},
		"known ones":   {"GET", "/admin/phones/1/inbox?until=1", "", "after, wait_s"},
		"no JSON":      {"POST", "/admin/phones", "name=Ann", "not the expected JSON"},
		"two values":   {"POST", "/admin/phones", "{}{}", "after its end"},
	} {
		code, body := ask(t, test.method, test.target, test.body)
		var refused struct{ Error string }
		if err := json.Unmarshal([]byte(body), &refused); code != http.StatusBadRequest || err != nil || !strings.Contains(refused.Error, test.says) {
			t.Errorf("%s: %d %s", name, code, body)
		}
	}
}
