package view

import (
	"math"
	"testing"
)

func TestBytes(t *testing.T) {
	for n, want := range map[uint64]string{
		0: "0 B", 80: "80 B", 1023: "1023 B", 1024: "1.0 KiB", 1536: "1.5 KiB", 1000 << 10: "1000.0 KiB",
		1<<20 - 1: "1.0 MiB", 61 << 20: "61.0 MiB", 1<<30 + 1<<28: "1.2 GiB", math.MaxUint64: "16.0 EiB",
	} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 100010: "100,010", -1234567: "-1,234,567", -12: "-12",
	} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0 %", 0.0001: "< 0.1 %", 0.001: "0.1 %", 0.025: "2.5 %", 0.0996: "10 %", 0.93: "93 %",
		0.9999: "99.9 %", 1: "100 %", math.NaN(): "0 %",
	} {
		if got := Percent(share); got != want {
			t.Errorf("Percent(%g) = %q, want %q", share, got, want)
		}
	}
}

func TestMoreTypes(t *testing.T) {
	if a, b := MoreTypes(1), MoreTypes(1200); a != "1 more type" || b != "1,200 more types" {
		t.Errorf("%q, %q", a, b)
	}
}
