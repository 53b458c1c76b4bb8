package vault

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// database/sql prepares every statement again and throws it away, which costs a sixth of the work of a message. These
// wrappers keep a connection's statements; they are closed with it.

// The library has some eighty statements, half of them for one message; lists of varying length would make more.
const keptStatements = 96

// connector opens connections to one encrypted file, and tells of each and of its commits whoever wants to know.
type connector struct {
	inner     driver.Connector
	key       fileKey
	opened    func()
	committed func()
}

var _ driver.Connector = (*connector)(nil)

func newConnector(dsn string, key fileKey, opened, committed func()) (*connector, error) {
	inner, err := (&sqlite.SQLite{}).OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return &connector{inner: inner, key: key, opened: opened, committed: committed}, nil
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return c.inner.Driver() }

// Connect implements driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	opened, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := opened.(sqlite.Conn)
	if !ok {
		_ = opened.Close()
		return nil, fmt.Errorf("%w: the database driver answers a %T", ErrStorage, opened)
	}
	if err := prepare(conn.Raw(), c.key); err != nil {
		_ = conn.Close()
		return nil, err
	}
	if c.committed != nil {
		conn.Raw().CommitHook(func() bool {
			c.committed()
			return true
		})
	}
	if c.opened != nil {
		c.opened()
	}
	return &connection{Conn: conn, kept: map[string]*statement{}}, nil
}

// connection is one open connection with its statements. database/sql uses it from one goroutine at a time.
type connection struct {
	sqlite.Conn
	kept map[string]*statement
}

var (
	_ driver.ExecerContext     = (*connection)(nil)
	_ driver.NamedValueChecker = (*connection)(nil)
)

// ExecContext implements driver.ExecerContext: statements without arguments are run as they are, all others prepared.
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if execer, ok := c.Conn.(driver.ExecerContext); ok {
		return execer.ExecContext(ctx, query, args)
	}
	return nil, driver.ErrSkip
}

// CheckNamedValue implements driver.NamedValueChecker as the driver's own connection does.
func (c *connection) CheckNamedValue(value *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(value)
	}
	return driver.ErrSkip
}

// PrepareContext returns a kept statement unless it is in use.
func (c *connection) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if kept := c.kept[query]; kept != nil && !kept.busy {
		kept.busy = true
		return kept, nil
	}
	made, err := c.Conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	inner, ok := made.(preparedStatement)
	if !ok || c.kept[query] != nil || len(c.kept) >= keptStatements {
		return made, nil
	}
	kept := &statement{preparedStatement: inner, busy: true}
	c.kept[query] = kept
	return kept, nil
}

// Close closes the statements and the connection.
func (c *connection) Close() error {
	var errs []error
	for _, kept := range c.kept {
		errs = append(errs, kept.preparedStatement.Close())
	}
	c.kept = nil
	return errors.Join(append(errs, c.Conn.Close())...)
}

// preparedStatement is what the driver's statements can do.
type preparedStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// statement goes back to its connection when it is closed. The driver resets it and clears its bindings after each use.
type statement struct {
	preparedStatement
	busy bool
}

var _ preparedStatement = (*statement)(nil)

// Close implements driver.Stmt.
func (s *statement) Close() error {
	s.busy = false
	return nil
}
