package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// loggers says where a goroutine's logger is found, by the type of the value that it belongs to: an expression with the
// name of that value. What is contained without one is written to standard error alone.
var loggers = map[string]string{"Client": "%s.Log", "FrameSocket": "%s.log", "NoiseSocket": "%s.fs.log"}

// edit replaces part of a source text.
type edit struct {
	from, to int
	text     string
}

// harden puts a recover around every go statement of a source file. It returns the text as it was where there is none,
// and how many there are.
func harden(name string, source []byte) (string, int, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", 0, err
	}
	r := &rewriter{name: name, source: string(source), files: files}
	for _, decl := range file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Body != nil {
			r.logger = loggerOf(function)
			ast.Inspect(function.Body, r.visit)
		}
	}
	if len(r.edits) == 0 {
		return r.source, 0, nil
	}
	imports := files.Position(file.Name.End()).Offset
	r.edits = append(r.edits, edit{imports, imports, "\n\nimport " + `"` + contained + `"`})
	return apply(r.source, r.edits), r.count, nil
}

type rewriter struct {
	name   string
	source string
	files  *token.FileSet
	logger string
	edits  []edit
	count  int
}

func (r *rewriter) visit(node ast.Node) bool {
	statement, ok := node.(*ast.GoStmt)
	if !ok {
		return true
	}
	r.count++
	where := fmt.Sprintf("%s:%d", r.name, r.files.Position(statement.Pos()).Line)
	guard := fmt.Sprintf("defer contained.Recover(%s, %q)", r.logger, where)
	if literal, is := statement.Call.Fun.(*ast.FuncLit); is {
		open := r.offset(literal.Body.Lbrace) + 1
		r.edits = append(r.edits, edit{open, open, " " + guard + ";"})
		return true // there may be another one inside
	}
	r.edits = append(r.edits, edit{r.offset(statement.Pos()), r.offset(statement.End()), r.bound(statement.Call, guard)})
	return false
}

// bound is a call of a function by name as a goroutine of its own. Function and arguments are evaluated before it begins, as
// in a go statement; constants stay where they are, because bound to a variable they would get a type.
func (r *rewriter) bound(call *ast.CallExpr, guard string) string {
	names, values := []string{"called"}, []string{r.text(call.Fun)}
	arguments := make([]string, len(call.Args))
	for i, argument := range call.Args {
		if isConstant(argument) {
			arguments[i] = r.text(argument)
			continue
		}
		arguments[i] = fmt.Sprintf("with%d", i)
		names, values = append(names, arguments[i]), append(values, r.text(argument))
	}
	more := ""
	if call.Ellipsis.IsValid() {
		more = "..."
	}
	return fmt.Sprintf("{ %s := %s; go func() { %s; called(%s%s) }() }",
		strings.Join(names, ", "), strings.Join(values, ", "), guard, strings.Join(arguments, ", "), more)
}

func (r *rewriter) offset(at token.Pos) int { return r.files.Position(at).Offset }

func (r *rewriter) text(node ast.Node) string {
	return r.source[r.offset(node.Pos()):r.offset(node.End())]
}

func isConstant(expression ast.Expr) bool {
	switch it := expression.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return it.Name == "nil" || it.Name == "true" || it.Name == "false"
	default:
		return false
	}
}

// loggerOf is the logger of what a function belongs to or takes, "nil" for none.
func loggerOf(function *ast.FuncDecl) string {
	var fields []*ast.Field
	if function.Recv != nil {
		fields = append(fields, function.Recv.List...)
	}
	for _, field := range append(fields, function.Type.Params.List...) {
		pointer, ok := field.Type.(*ast.StarExpr)
		if !ok || len(field.Names) == 0 {
			continue
		}
		if kind, ok := pointer.X.(*ast.Ident); ok && loggers[kind.Name] != "" {
			return fmt.Sprintf(loggers[kind.Name], field.Names[0].Name)
		}
	}
	return "nil"
}

func apply(source string, edits []edit) string {
	slices.SortStableFunc(edits, func(a, b edit) int { return b.from - a.from })
	for _, it := range edits {
		source = source[:it.from] + it.text + source[it.to:]
	}
	return source
}
