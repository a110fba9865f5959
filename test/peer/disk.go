package peer

import (
	"os"
	"syscall"
	"testing"
)

// FullDisk gives a folder on a disk of its own with room for 4 MB. Making one
// takes root, as the tests have it in CI; without, the test is passed over.
func FullDisk(t testing.TB) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := syscall.Mount("tianbo-test", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no disk can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}
