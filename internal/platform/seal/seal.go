// Package seal protects personal data at rest: names, phone numbers,
// addresses, identity numbers are stored only sealed (AEAD), bound to the row
// they belong to, and are found again only by a keyed blind index.
//
// Keys live in a folder readable by the server alone. Rotating adds a key
// that seals from then on; older ones keep opening what they sealed.
package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Sealer seals and opens. It is safe for concurrent use.
type Sealer struct {
	primary tink.AEAD
	index   []byte
}

const (
	keysetFile = "seal.json"
	indexFile  = "index.key"
)

// Load reads the keys in dir, making them on the first start.
func Load(dir string) (*Sealer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("folder of the sealing keys: %w", err)
	}
	handle, err := readKeyset(filepath.Join(dir, keysetFile))
	if errors.Is(err, fs.ErrNotExist) {
		if handle, err = keyset.NewHandle(aead.AES256GCMKeyTemplate()); err == nil {
			err = writeKeyset(filepath.Join(dir, keysetFile), handle)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("sealing keys: %w", err)
	}
	primary, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("sealing keys: %w", err)
	}
	index, err := os.ReadFile(filepath.Join(dir, indexFile))
	if errors.Is(err, fs.ErrNotExist) {
		index = make([]byte, sha256.Size)
		rand.Read(index)
		err = writeNew(filepath.Join(dir, indexFile), index)
	}
	if err != nil {
		return nil, fmt.Errorf("index key: %w", err)
	}
	if len(index) != sha256.Size {
		return nil, fmt.Errorf("index key: %s is damaged; restore it from the backup", indexFile)
	}
	return &Sealer{primary, index}, nil
}

// Rotate adds a key and makes it the one that seals. Restart the server
// afterwards; what older keys sealed stays readable.
func Rotate(dir string) error {
	path := filepath.Join(dir, keysetFile)
	handle, err := readKeyset(path)
	if err != nil {
		return fmt.Errorf("sealing keys: %w", err)
	}
	m := keyset.NewManagerFromHandle(handle)
	fresh, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	if err := m.SetPrimary(fresh); err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	if handle, err = m.Handle(); err != nil {
		return fmt.Errorf("adding a key: %w", err)
	}
	return writeKeyset(path, handle)
}

func readKeyset(path string) (*keyset.Handle, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
}

func writeKeyset(path string, handle *keyset.Handle) error {
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return err
	}
	return writeNew(path, text.Bytes())
}

// writeNew replaces a file whole, synced, readable by its owner alone.
func writeNew(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once renamed, as it should
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Seal encrypts plain for one place; context names the place (table and row),
// so that a sealed value copied to another row does not open.
func (s *Sealer) Seal(plain, context []byte) ([]byte, error) {
	sealed, err := s.primary.Encrypt(plain, context)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal gave for the same place.
func (s *Sealer) Open(sealed, context []byte) ([]byte, error) {
	plain, err := s.primary.Decrypt(sealed, context)
	if err != nil {
		return nil, fmt.Errorf("opening a sealed value: %w", err)
	}
	return plain, nil
}

// Text and OpenText are Seal and Open for text; empty text stays empty.
func (s *Sealer) Text(plain, context string) ([]byte, error) {
	if plain == "" {
		return []byte{}, nil
	}
	return s.Seal([]byte(plain), []byte(context))
}

// OpenText is the opposite of Text.
func (s *Sealer) OpenText(sealed []byte, context string) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := s.Open(sealed, []byte(context))
	return string(plain), err
}

// Index is the blind index of a value under a purpose: equal values give
// equal bytes, and nothing else can be learnt without the key.
func (s *Sealer) Index(purpose, value string) []byte {
	mac := hmac.New(sha256.New, s.index)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}
