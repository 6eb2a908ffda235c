package draw

import (
	"maps"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
)

// StyleSheet is the dark half of the palette, for a page that inlines several
// SVGs made with NoStyle.
func StyleSheet() string { return styleFor(sortedPaints(style.Palette)) }

// styleFor overrides the light colours of the given paints on dark pages.
func styleFor(used []style.Paint) string {
	var b strings.Builder
	b.WriteString("@media screen and (prefers-color-scheme:dark){")
	for _, p := range used {
		d := style.Palette[p].Dark
		b.WriteString(".f-" + string(p) + "{fill:" + d + "}.s-" + string(p) + "{stroke:" + d + "}")
	}
	b.WriteString("}")
	return b.String()
}

func sortedPaints[V any](m map[style.Paint]V) []style.Paint { return slices.Sorted(maps.Keys(m)) }
