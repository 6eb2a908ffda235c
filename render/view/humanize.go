package view

import (
	"fmt"
	"strconv"
)

// Bytes writes a size for people: `80 B`, `7.6 MiB`, `1.2 GiB`, in powers of
// 1024 with one decimal.
func Bytes(n uint64) string {
	if n < 1024 {
		return strconv.FormatUint(n, 10) + " B"
	}
	v, unit := float64(n), 0
	// 1023.95 would be rounded to 1024.0, which is one of the next unit.
	for v >= 1023.95 && unit < len(byteUnits) {
		v /= 1024
		unit++
	}
	return strconv.FormatFloat(v, 'f', 1, 64) + " " + byteUnits[unit-1]
}

var byteUnits = [...]string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}

// Count writes a whole number with commas: `100,010`.
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Percent writes a share of 1 for people: `93 %`, `2.5 %` below ten,
// `< 0.1 %` for what would read as nothing, `0 %` for nothing.
func Percent(share float64) string {
	switch p := share * 100; {
	case p <= 0 || p != p:
		return "0 %"
	case p < 0.1:
		return "< 0.1 %"
	case p < 9.95:
		return fmt.Sprintf("%.1f %%", p)
	case p > 99.5 && p < 100:
		return fmt.Sprintf("%.1f %%", min(p, 99.9))
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

// Share is part of total as a number from 0 to 1; 0 of an unknown total.
func Share(part, total uint64) float64 {
	if total == 0 {
		return 0
	}
	return min(1, float64(part)/float64(total))
}

// Times writes how often something occurs: `99,999×`.
func Times(n int) string { return Count(n) + "×" }

// MoreTypes is `1 more type` or `12 more types`.
func MoreTypes(n int) string {
	if n == 1 {
		return "1 more type"
	}
	return Count(n) + " more types"
}
