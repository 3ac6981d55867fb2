package secret

import (
	"encoding"
	"encoding/json"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/typecache"
)

// Limits of what is shown, because of cyclic values. What is left out is shown as "...".
const (
	maxDepth  = 64
	maxValues = 100_000
)

// LogValue implements slog.LogValuer for v, a struct. It returns a group of the fields under their JSON names, with
// secrets masked and pointers followed. Empty fields are left out. Values inside of v whose types have a LogValue of
// their own are shown by that.
func LogValue(v any) slog.Value { return printer{}.model(reflect.ValueOf(v)) }

// LogRequest implements slog.LogValuer for v, a request. It differs from [LogValue] in that false, 0, empty lists and
// empty objects are shown, because they are sent: in v and the models in it only nil, "" and the zero time are left
// out.
func LogRequest(v any) slog.Value { return printer{request: true}.model(reflect.ValueOf(v)) }

// models says of each type which of the functions above its LogValue calls, by an *atomic.Int32 that has one of the
// constants below. A value of such a type inside of another one is shown without calling its LogValue, so that the
// limits hold for both together.
var models = typecache.Of(func(reflect.Type) any { return new(atomic.Int32) })

const (
	otherModel   = iota // neither, or it was not called yet
	plainModel          // LogValue
	requestModel        // LogRequest
)

// printer shows values. The zero printer is that of [LogValue].
type printer struct {
	// request is set in a request and everything below it.
	request bool
	// inInterface is set below a field or element of an interface type. What is there need not be a part of the
	// request, and is shown by its own LogValue.
	inInterface bool
	// shown counts the values.
	shown *int
}

// model shows a value that calls LogValue or LogRequest.
func (p printer) model(v reflect.Value) slog.Value {
	kind := int32(plainModel)
	if p.request {
		kind = requestModel
	}
	models(v.Type()).(*atomic.Int32).CompareAndSwap(otherModel, kind)
	p.shown = new(int)
	return p.group(v, 0)
}

// raw is JSON: a list, for which slog has no kind, or what a method of the value's type has returned.
type raw string

var (
	timeType      = reflect.TypeFor[time.Time]()
	numberType    = reflect.TypeFor[json.Number]()
	logValuerType = reflect.TypeFor[slog.LogValuer]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
	errorType     = reflect.TypeFor[error]()
)

// show returns a value at some depth as LogValue shows it.
func (p printer) show(v reflect.Value, depth int) slog.Value {
	switch {
	case !v.IsValid():
		return slog.AnyValue(nil)
	case depth > maxDepth, *p.shown >= maxValues:
		return slog.StringValue("...")
	}
	*p.shown++
	if shown, ok := p.byMethod(v, depth); ok {
		return shown
	}
	switch v.Kind() {
	case reflect.Pointer:
		return p.show(v.Elem(), depth+1)
	case reflect.Interface:
		p.inInterface = true
		return p.show(v.Elem(), depth+1)
	case reflect.Struct:
		return p.group(v, depth)
	case reflect.Map:
		return p.mapGroup(v, depth)
	case reflect.Slice, reflect.Array:
		return p.listOf(v, depth)
	}
	return scalar(v)
}

// byMethod shows a value by a method of its type, if there is one for that.
func (p printer) byMethod(v reflect.Value, depth int) (shown slog.Value, ok bool) {
	t := v.Type()
	if !v.CanInterface() || t.Kind() == reflect.Interface || t.Kind() == reflect.Pointer && v.IsNil() {
		return slog.Value{}, false
	}
	defer func() {
		if recover() != nil { // the reason may have a secret
			shown, ok = slog.StringValue("a method of "+t.String()+" panicked"), true
		}
	}()
	switch {
	case t == timeType:
		return slog.TimeValue(v.Interface().(time.Time)), true
	case t.Implements(logValuerType) && !promoted(t, logValuerType):
		return p.byLogValue(v, depth)
	case t.Implements(errorType) && !promoted(t, errorType):
		return slog.StringValue(v.Interface().(error).Error()), true
	case t == numberType,
		t.Kind() != reflect.Map && (t.Implements(marshalerType) || t.Implements(textType)) && !holdsSecrets(t):
		if text, err := json.Marshal(v.Interface()); err == nil {
			return slog.AnyValue(raw(text)), true
		}
	}
	return slog.Value{}, false
}

// byLogValue shows a value that has a LogValue. A model that is a part of a request is shown as the request is.
func (p printer) byLogValue(v reflect.Value, depth int) (slog.Value, bool) {
	if p.request && !p.inInterface {
		return slog.Value{}, false
	}
	if kind := models(indirect(v.Type())).(*atomic.Int32).Load(); kind != otherModel {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		return printer{request: kind == requestModel, shown: p.shown}.group(v, depth), true
	}
	return p.resolved(v.Interface().(slog.LogValuer).LogValue(), depth), true
}

// resolved shows a value that a LogValue has returned.
func (p printer) resolved(v slog.Value, depth int) slog.Value {
	switch v = v.Resolve(); v.Kind() {
	case slog.KindGroup:
		var attrs []slog.Attr
		for _, attr := range v.Group() {
			attrs = append(attrs, slog.Attr{Key: attr.Key, Value: p.resolved(attr.Value, depth+1)})
		}
		return slog.GroupValue(attrs...)
	case slog.KindAny:
		switch v.Any().(type) {
		case nil, raw:
			return v
		}
		return p.show(reflect.ValueOf(v.Any()), depth+1)
	}
	return v
}

// promoted reports whether the type may have its method from an embedded field. The method would show only that field.
func promoted(t, method reflect.Type) bool {
	if t = indirect(t); t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		if f.Anonymous && (f.Type.Implements(method) || reflect.PointerTo(f.Type).Implements(method)) {
			return true
		}
	}
	return false
}

func (p printer) group(v reflect.Value, depth int) slog.Value {
	fields := fieldsOf(v.Type())
	attrs := make([]slog.Attr, 0, len(fields))
	for _, f := range fields {
		inner, err := v.FieldByIndexErr(f.index)
		switch {
		case err != nil: // promoted by an embedded pointer that is nil
		case p.absent(inner):
		case f.secret:
			attrs = append(attrs, slog.Attr{Key: f.name, Value: masked(inner)})
		default:
			shown := p.show(inner, depth+1)
			if p.request && shown.Kind() == slog.KindGroup && len(shown.Group()) == 0 {
				shown = slog.AnyValue(raw("{}")) // slog leaves out empty groups
			}
			attrs = append(attrs, slog.Attr{Key: f.name, Value: shown})
		}
	}
	return slog.GroupValue(attrs...)
}

// absent reports whether a field is left out: in a request if it is nil, "" or the zero time, elsewhere if it is empty.
func (p printer) absent(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.IsNil() || !p.request && v.Len() == 0
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return !p.request && v.IsZero()
	default:
		return v.IsZero()
	}
}

// masked returns the marker for a secret field, and for a list one per element.
func masked(v reflect.Value) slog.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.String:
		return slog.StringValue(Mask(v.String()))
	case reflect.Slice:
		text, _ := json.Marshal(slices.Repeat([]string{Marker}, v.Len()))
		return slog.AnyValue(raw(text))
	}
	return slog.StringValue(Marker)
}

func (p printer) mapGroup(v reflect.Value, depth int) slog.Value {
	attrs := make([]slog.Attr, 0, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := textOf(p.show(entries.Key(), depth+1))
		attrs = append(attrs, slog.Attr{Key: key, Value: p.show(entries.Value(), depth+1)})
	}
	slices.SortFunc(attrs, func(a, b slog.Attr) int { return strings.Compare(a.Key, b.Key) })
	return slog.GroupValue(attrs...)
}

func (p printer) listOf(v reflect.Value, depth int) slog.Value {
	if v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8 {
		text, _ := json.Marshal(v.Bytes()) // base64, as in JSON
		return slog.AnyValue(raw(text))
	}
	text := []byte{'['}
	for i := range v.Len() {
		if i > 0 {
			text = append(text, ',')
		}
		text = appendJSON(text, p.show(v.Index(i), depth+1))
	}
	return slog.AnyValue(raw(append(text, ']')))
}

// scalar shows values without parts. Functions and channels are shown as their type, since their value is an address.
func scalar(v reflect.Value) slog.Value {
	switch {
	case v.Kind() == reflect.String:
		return slog.StringValue(v.String())
	case v.Kind() == reflect.Bool:
		return slog.BoolValue(v.Bool())
	case v.Type() == reflect.TypeFor[time.Duration]():
		return slog.DurationValue(time.Duration(v.Int()))
	case v.CanInt():
		return slog.Int64Value(v.Int())
	case v.CanUint():
		return slog.Uint64Value(v.Uint())
	case v.CanFloat():
		return slog.Float64Value(v.Float())
	}
	return slog.StringValue(v.Type().String())
}
