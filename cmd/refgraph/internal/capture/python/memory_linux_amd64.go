package python

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// memory is the address space of a process, read and written from outside. Nothing
// in it is trusted: lengths are capped, and what is read is checked.
type memory struct{ f *os.File }

func openMemory(p *capture.Process) (memory, error) {
	f, err := os.OpenFile(p.File("mem"), os.O_RDWR, 0)
	if errors.Is(err, os.ErrPermission) {
		err = &capture.Refusal{Why: fmt.Sprintf("not allowed to look into process %d (%s)", p.PID, p.Name), Advice: capture.AttachHint(), Cause: err}
	}
	return memory{f}, err
}

// alone has no other refgraph work in the same process until the memory is closed,
// or this one ends. Only who may change the memory can lock it.
func (m memory) alone(p *capture.Process) error {
	if err := unix.Flock(int(m.f.Fd()), unix.LOCK_EX|unix.LOCK_NB); errors.Is(err, unix.EWOULDBLOCK) {
		return anotherWorks(p)
	}
	return nil // where there are no such locks, the traces of another tell
}

func anotherWorks(p *capture.Process) error {
	return &capture.Refusal{Why: fmt.Sprintf("another refgraph takes a dump of process %d", p.PID), Advice: "wait for it to end"}
}

func (m memory) close() { m.f.Close() }

func (m memory) read(at uint64, n int) ([]byte, error) {
	b := make([]byte, n)
	if int64(at) < 0 {
		return nil, fmt.Errorf("0x%x is no address", at)
	}
	if _, err := m.f.ReadAt(b, int64(at)); err != nil {
		return nil, fmt.Errorf("memory at 0x%x: %w", at, err)
	}
	return b, nil
}

// write changes memory, also where the process itself may only read: such a page
// becomes its own copy, as with a debugger's breakpoints.
func (m memory) write(at uint64, b []byte) error {
	if _, err := m.f.WriteAt(b, int64(at)); err != nil {
		return fmt.Errorf("memory at 0x%x: %w", at, err)
	}
	return nil
}

func (m memory) uint32(at uint64) (uint32, error) {
	b, err := m.read(at, 4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

func (m memory) uint64(at uint64) (uint64, error) {
	b, err := m.read(at, 8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (m memory) setUint64(at, v uint64) error {
	return m.write(at, binary.LittleEndian.AppendUint64(nil, v))
}

// region is one line of /proc/PID/maps.
type region struct {
	start, end, offset, inode uint64
	perms                     string
	path                      string
}

// maxRegions is how many mappings the kernel allows by far.
const maxRegions = 1 << 20

// readMaps lists the mappings of a process, by address.
func readMaps(p *capture.Process) ([]region, error) {
	f, err := os.Open(p.File("maps"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []region
	s := bufio.NewScanner(io.LimitReader(f, maxRegions*100))
	s.Buffer(nil, 64<<10)
	for s.Scan() {
		var r region
		var device string
		line := s.Text()
		if n, _ := fmt.Sscanf(line, "%x-%x %s %x %s %d", &r.start, &r.end, &r.perms, &r.offset, &device, &r.inode); n < 6 {
			continue
		}
		if fields := strings.Fields(line); len(fields) > 5 {
			r.path = strings.Join(fields[5:], " ")
		}
		list = append(list, r)
	}
	return list, s.Err()
}

// signature is in the address of our mapping, above the page: so it is recognised
// also if refgraph was killed before it had written anything there.
const (
	signature     = 0x5e6f << 12
	signatureMask = 0xffff << 12
)

// hole finds size bytes of address space that nothing uses: in the middle of the
// largest gap, where the kernel does not look first when the process wants memory.
func hole(regions []region, size uint64) (uint64, error) {
	const room = 4 * signatureMask
	var at, largest uint64
	for i := 1; i < len(regions); i++ {
		below, above := regions[i-1].end, regions[i].start
		if above < 1<<47 && above > below && above-below > largest {
			largest, at = above-below, below+(above-below)/2
		}
	}
	if largest < size+room {
		return 0, errors.New("the process has no room in its address space")
	}
	return at&^(signatureMask|4095) | signature, nil
}
