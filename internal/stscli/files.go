package stscli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/ordered"
)

// maxParamFile is the largest file that a parameter may be read from, in bytes.
const maxParamFile = 1 << 20

// files reads what file:// and fileb:// name.
type files struct{ getenv func(string) string }

// contents returns the contents of the file that text names, or text itself.
func (f files) contents(option, text string) (string, error) {
	data, named, err := f.named(text)
	if err != nil {
		return "", paramError{option, err.Error()}
	}
	if !named {
		return text, nil
	}
	return data, nil
}

// named returns the contents of the file that text names, and whether it names
// one. Lines of file:// end in a line feed alone, whatever they end in there.
func (f files) named(text string) (data string, named bool, err error) {
	path, binary := strings.CutPrefix(text, "fileb://")
	if !binary {
		if path, named = strings.CutPrefix(text, "file://"); !named {
			return "", false, nil
		}
	}
	path = f.expand(path)
	raw, err := readParam(path)
	if err != nil {
		return "", true, awsErrorf("Unable to load paramfile %s: %s", text, osError(err, path))
	}
	if !utf8.Valid(raw) {
		return "", true, awsErrorf("Unable to load paramfile (%s), text contents could not be decoded.  If this is a binary file, "+
			"please use the fileb:// prefix instead of the file:// prefix.", path)
	}
	if binary {
		return string(raw), true, nil
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(raw)), true, nil
}

func readParam(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxParamFile+1))
	if err == nil && len(data) > maxParamFile {
		err = fmt.Errorf("the file has over %d bytes", maxParamFile)
	}
	return data, err
}

// osError tells an error of the system as the AWS CLI does.
func osError(err error, path string) string {
	number, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err
		}
		return err.Error()
	}
	text := number.Error()
	return fmt.Sprintf("[Errno %d] %s: %s", int(number), strings.ToUpper(text[:1])+text[1:], ordered.Repr(path))
}

var variable = regexp.MustCompile(`\$(\w+|\{[^}]*\})`)

// expand replaces ~ and the variables of the environment that are set.
func (f files) expand(path string) string {
	if home := f.getenv("HOME"); home != "" && (path == "~" || strings.HasPrefix(path, "~/")) {
		path = filepath.Clean(home) + path[1:]
	}
	return variable.ReplaceAllStringFunc(path, func(ref string) string {
		if v := f.getenv(strings.Trim(ref[1:], "{}")); v != "" {
			return v
		}
		return ref
	})
}
