package sqlstore

import "testing"

func TestSpelled(t *testing.T) {
	got := spelled(`a = ? AND b < ? LIMIT ?`, []any{`it's ? \`, int64(-5), nil})
	if want := `a = _utf8mb4 X'69742773203f205c' AND b < -5 LIMIT NULL`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for value, want := range map[any]string{"": `_utf8mb4 X''`, true: `true`, "é": `_utf8mb4 X'c3a9'`} {
		if got := literal(value); got != want {
			t.Errorf("%v: got %s, want %s", value, got, want)
		}
	}
}
