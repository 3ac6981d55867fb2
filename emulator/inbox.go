package emulator

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxMessages bounds an inbox; the oldest messages go first.
const maxMessages = 10_000

// Message is an e-mail or text message that the real service would have sent.
type Message struct {
	ID string `json:"id"`
	// Channel is email, sms or whatsapp.
	Channel string `json:"channel"`
	To      string `json:"to"`
	// Template says what the message is for, as in "discovery_magic_link".
	Template string `json:"template"`
	// Code is a passcode, Token the token inside Link; what a message does not have is empty.
	Code   string    `json:"code"`
	Token  string    `json:"token"`
	Link   string    `json:"link"`
	SentAt time.Time `json:"sent_at"`
}

// Inbox holds the messages of a project. It is safe for concurrent use.
type Inbox struct {
	mu       sync.Mutex
	messages []Message     // oldest first
	arrival  chan struct{} // closed and replaced when a message arrives
}

func newInbox() *Inbox { return &Inbox{arrival: make(chan struct{})} }

// Messages returns the messages to an address, newest first; all of them if the address is empty.
func (b *Inbox) Messages(to string) []Message {
	list, _ := b.look(to)
	return list
}

// Wait returns the newest message to an address, waiting for one until the context ends. An empty address means
// anybody's.
func (b *Inbox) Wait(ctx context.Context, to string) (Message, error) {
	for {
		list, arrival := b.look(to)
		if len(list) > 0 {
			return list[0], nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return Message{}, context.Cause(ctx)
		}
	}
}

// look returns the matching messages and the channel that tells of the next one.
func (b *Inbox) look(to string) ([]Message, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := []Message{}
	for _, m := range slices.Backward(b.messages) {
		if to == "" || strings.EqualFold(m.To, to) {
			list = append(list, m)
		}
	}
	return list, b.arrival
}

func (b *Inbox) add(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	if extra := len(b.messages) - maxMessages; extra > 0 {
		b.messages = slices.Delete(b.messages, 0, extra)
	}
	close(b.arrival)
	b.arrival = make(chan struct{})
}

func (b *Inbox) all() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages)
}

func (b *Inbox) replace(messages []Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = slices.Clone(messages)
	close(b.arrival)
	b.arrival = make(chan struct{})
}

func (b *Inbox) reset() { b.replace(nil) }
