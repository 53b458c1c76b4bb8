package link

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// ErrPeer says that somebody else than this user dialled.
var ErrPeer = errors.New("peer is another user")

// checkPeer raises ErrPeer when the process at the other end runs as another user.
func checkPeer(conn net.Conn, uid int) error {
	socket, ok := conn.(*net.UnixConn)
	if !ok {
		return fmt.Errorf("%w: not a unix socket", ErrPeer)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var peer *unix.Xucred
	var sockErr error
	if err := raw.Control(func(fd uintptr) { peer, sockErr = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED) }); err != nil {
		return err
	}
	if sockErr != nil {
		return sockErr
	}
	if int(peer.Uid) != uid {
		return fmt.Errorf("%w: uid %d, this engine runs as %d", ErrPeer, peer.Uid, uid)
	}
	return nil
}
