package iq

import (
	"encoding/json"

	"holdfast/simulator/internal/stanza"
)

var mexAnswers = map[Key]answer{
	{"w:mex", "get", "query"}: queryMex,
	{"w:mex", "set", "query"}: queryMex,
}

// mexQuery answers one query of the graph by its number; nil refuses it.
type mexQuery func(s *Services, client *Client, variables json.RawMessage) (result any, after func())

// mexQueries are the queries that this server knows, by the numbers that clients know them by.
var mexQueries = map[string]mexQuery{
	"9152604461510864":  mexAbout,
	"9935467776504344":  mexSubgroups,
	"24079399904996141": mexSubgroupCounts,
	"9418211574894172":  mexGroupProperty,
	"23983697327930364": mexTimelock,
}

type mexError struct {
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions"`
}

func mexRefusal(code int, text string) map[string]any {
	return map[string]any{"data": nil, "errors": []mexError{{
		Message:    text,
		Extensions: map[string]any{"error_code": code, "is_retryable": false, "severity": "WARNING"},
	}}}
}

// queryMex answers a query of the graph: JSON in, JSON out.
func queryMex(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	query, _ := stanza.Child(request, "query")
	var asked struct {
		Variables json.RawMessage `json:"variables"`
	}
	if json.Unmarshal(stanza.Bytes(query), &asked) != nil {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	number := stanza.Text(query, "query_id")
	answer, known := mexTable()[number]
	if !known {
		s.Log.Info("iq.mex_unknown", "query", number)
		return mexResult(request, map[string]any{"data": map[string]any{}}), nil
	}
	result, after := answer(s, client, asked.Variables)
	if result == nil {
		return mexResult(request, mexRefusal(400, "Bad Request")), nil
	}
	return mexResult(request, map[string]any{"data": result}), after
}

func mexResult(request *stanza.Node, value any) stanza.Node {
	encoded, err := json.Marshal(value)
	if err != nil {
		return stanza.Failure(request, 500, "internal-server-error")
	}
	return stanza.Result(request, stanza.Raw("result", encoded))
}
