package peer

import (
	"os"
	"strconv"
	"syscall"
	"testing"
)

// SmallDisk gives a folder on a disk of its own with so much room. Making one
// takes root, as the tests have it in CI; without, the test is passed over.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tianbo-test", dir, "tmpfs", 0, "size="+strconv.Itoa(bytes)); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
