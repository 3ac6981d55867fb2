package state

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// Message is an e-mail or text message that the real service would have sent.
type Message struct {
	ID string `json:"id"`
	// Channel is email or sms.
	Channel string `json:"channel"`
	To      string `json:"to"`
	// Template is the purpose of the message, as in "discovery_magic_link".
	Template string `json:"template"`
	// Code is a passcode, Link a magic link and Token its token. Each is empty in a message without one.
	Code   string    `json:"code"`
	Token  string    `json:"token"`
	Link   string    `json:"link"`
	SentAt time.Time `json:"sent_at"`
}

type messageTables struct {
	Messages   *store.Table[Message]
	messagesTo *store.Index[Message]
}

func newMessageTables(db *store.DB) messageTables {
	t := store.NewTable(db, "inbox", func(m *Message) string { return m.ID })
	return messageTables{
		Messages:   t,
		messagesTo: t.Index("recipient", func(m *Message) string { return Lower(m.To) }),
	}
}

// Send puts a message into the inbox, with an id and the time.
func (tx *Tx) Send(m Message) {
	m.ID, m.SentAt = tx.ID("message"), tx.Now
	if tx.Messages.Len() >= MaxMessages {
		tx.Messages.DeleteOldest()
	}
	tx.Messages.Put(&m)
	tx.sent = append(tx.sent, &m)
}

// MailsTooSoon reports whether the transaction sends an e-mail to an address that was sent another one in the same
// second.
func (tx *Tx) MailsTooSoon() bool {
	for _, sent := range tx.sent {
		to := tx.messagesTo.Rows(Lower(sent.To))
		for _, m := range slices.Backward(to) {
			if !m.SentAt.Equal(tx.Now) {
				break
			}
			if m.ID != sent.ID && m.Channel == ChannelEmail && sent.Channel == ChannelEmail {
				return true
			}
		}
	}
	return false
}

// Inbox returns the messages to an address or number, newest first, and all of them if to is empty. The case of the
// letters A to Z does not count. The channel is closed when another message arrives, or when the state is discarded.
func (s *State) Inbox(to string) ([]Message, <-chan struct{}) {
	var rows []*Message
	var arrival <-chan struct{}
	_ = s.db.Do(func() error {
		rows, arrival = s.Messages.Rows(), s.arrival
		if to != "" {
			rows = s.messagesTo.Rows(Lower(to))
		}
		return nil
	})
	messages := make([]Message, len(rows))
	for i, m := range rows {
		messages[len(rows)-1-i] = *m
	}
	return messages, arrival
}

func (m *Message) prepare(tx *Tx) error {
	if tx.Messages.Len() >= MaxMessages {
		return fmt.Errorf("there are more than %d messages", MaxMessages)
	}
	if m.ID == "" {
		m.ID = tx.ID("message")
	}
	return nil
}
