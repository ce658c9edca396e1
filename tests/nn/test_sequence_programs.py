"""Programs over sequences, as courses write them: the same losses as torch's over some steps, and the same words written after."""

import math

import numpy as np
import pytest
import torch

import workbook

TEXT = "the cat sat on the mat and the dog sat on the log, and then the cat and the dog sat on the rug. "


def letters(torch):
    """The text as numbers, and how many letters there are."""
    alphabet = sorted(set(TEXT))
    return torch.tensor([alphabet.index(letter) for letter in TEXT]), len(alphabet)


def char_rnn(torch, kind):
    """A recurrent network that guesses the next letter; the state goes from chunk to chunk, cut off from its history."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(1)
    data, count = letters(torch)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(count, 12)
            self.rnn = getattr(nn, kind)(12, 24, num_layers=2, dropout=0.1, batch_first=True)
            self.out = nn.Linear(24, count)

        def forward(self, x, state=None):
            out, state = self.rnn(self.embed(x), state)
            return self.out(out), state

    net = Net()
    optimizer, losses, state = torch.optim.Adam(net.parameters(), lr=0.01), [], None
    for step in range(8):
        start = step * 8
        x, y = data[start:start + 16].view(2, 8), data[start + 1:start + 17].view(2, 8)
        logits, state = net(x, state)
        state = tuple(part.detach() for part in state) if kind == "LSTM" else state.detach()
        loss = functional.cross_entropy(logits.reshape(-1, count), y.reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    written, letter, state = [], data[:1].view(1, 1), None
    with torch.no_grad():
        for _ in range(12):
            logits, state = net(letter, state)
            letter = torch.multinomial(logits[0].softmax(-1), 1)
            written.append(letter.item())
    return losses, written


def cell_by_hand(torch):
    """A loop over LSTMCell, with a loss at each step."""
    nn = torch.nn
    torch.manual_seed(2)
    cell, out = nn.LSTMCell(1, 8), nn.Linear(8, 1)
    optimizer, losses = torch.optim.SGD([*cell.parameters(), *out.parameters()], lr=0.002, momentum=0.9), []
    wave = torch.sin(torch.arange(0, 6, 0.25))
    for _ in range(8):
        h, c, loss = torch.zeros(1, 8), torch.zeros(1, 8), 0
        for now, then in zip(wave, wave[1:]):
            h, c = cell(now.view(1, 1), (h, c))
            loss = loss + (out(h) - then).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, []


def seq2seq(torch):
    """Reversing numbers: a bidirectional encoder over packed sequences, a decoder that looks at it, teacher forcing."""
    nn, functional, tools = torch.nn, torch.nn.functional, torch.nn.utils.rnn
    torch.manual_seed(3)
    lengths = [3, 6, 4]
    sources = [torch.arange(2, 2 + length) for length in lengths]
    src, tgt = tools.pad_sequence(sources, batch_first=True), tools.pad_sequence([source.flip(0) for source in sources], batch_first=True)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Embedding(9, 10, padding_idx=0)
            self.encoder = nn.GRU(10, 8, batch_first=True, bidirectional=True)
            self.bridge = nn.Linear(16, 16)
            self.decoder = nn.GRUCell(26, 16)
            self.out = nn.Linear(16, 9)

        def forward(self, src, lengths, tgt):
            packed = tools.pack_padded_sequence(self.embed(src), lengths, batch_first=True, enforce_sorted=False)
            seen, last = self.encoder(packed)
            seen, _ = tools.pad_packed_sequence(seen, batch_first=True)
            h = torch.tanh(self.bridge(torch.cat([last[0], last[1]], 1)))
            padding, word, logits = src == 0, torch.ones(len(src), dtype=torch.long), []
            for step in range(tgt.shape[1]):
                scores = torch.bmm(seen, h.unsqueeze(2)).squeeze(2).masked_fill(padding, float("-inf"))
                context = torch.bmm(scores.softmax(1).unsqueeze(1), seen).squeeze(1)
                h = self.decoder(torch.cat([self.embed(word), context], 1), h)
                logits.append(self.out(h))
                word = tgt[:, step]
            return torch.stack(logits, 1)

    net = Net()
    optimizer, losses = torch.optim.Adam(net.parameters(), lr=0.02), []
    for _ in range(8):
        logits = net(src, torch.tensor(lengths), tgt)
        loss = functional.cross_entropy(logits.transpose(1, 2), tgt, ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, net(src, torch.tensor(lengths), tgt).argmax(-1).flatten().tolist()


def gpt(torch, by_hand):
    """A small GPT; `by_hand` with its own softmax and mask, otherwise with scaled_dot_product_attention."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(4)
    data, count = letters(torch)
    size, heads, block = 16, 4, 12

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = nn.Linear(size, 3 * size, bias=False), nn.Linear(size, size)
            self.drop = nn.Dropout(0.1)
            self.register_buffer("before", torch.tril(torch.ones(block, block)).view(1, 1, block, block))

        def forward(self, x):
            B, T, C = x.size()
            q, k, v = (part.view(B, T, heads, C // heads).transpose(1, 2) for part in self.qkv(x).split(C, dim=2))
            if by_hand:
                scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
                scores = scores.masked_fill(self.before[:, :, :T, :T] == 0, float("-inf"))
                y = self.drop(functional.softmax(scores, dim=-1)) @ v
            else:
                y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.out(y.transpose(1, 2).contiguous().view(B, T, C))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln1, self.ln2, self.attention = nn.LayerNorm(size), nn.LayerNorm(size), Attention()
            self.mlp = nn.Sequential(nn.Linear(size, 4 * size), nn.GELU(), nn.Linear(4 * size, size), nn.Dropout(0.1))

        def forward(self, x):
            x = x + self.attention(self.ln1(x))
            return x + self.mlp(self.ln2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.places = nn.Embedding(count, size), nn.Embedding(block, size)
            self.blocks = nn.Sequential(*(Block() for _ in range(2)))
            self.ln, self.head = nn.LayerNorm(size), nn.Linear(size, count, bias=False)
            self.tokens.weight = self.head.weight
            self.apply(self.start)

        def start(self, module):
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, mean=0.0, std=0.02)

        def forward(self, x):
            return self.head(self.ln(self.blocks(self.tokens(x) + self.places(torch.arange(x.size(1))))))

    net = GPT()
    optimizer, losses = torch.optim.AdamW(net.parameters(), lr=0.01), []
    for _ in range(8):
        starts = torch.randint(len(data) - block - 1, (4,))
        x, y = torch.stack([data[i:i + block] for i in starts]), torch.stack([data[i + 1:i + block + 1] for i in starts])
        loss = functional.cross_entropy(net(x).view(-1, count), y.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    net.eval()
    x = data[:1].view(1, 1)
    with torch.no_grad():
        for _ in range(10):
            x = torch.cat([x, net(x[:, -block:])[:, -1].argmax(-1, keepdim=True)], 1)
    return losses, x.tolist()


def classifier(torch):
    """An encoder of layers from torch.nn, with padding, the mean of its outputs classified."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(5)
    x = torch.randint(1, 20, (6, 7))
    x[2, 4:] = 0
    x[5, 2:] = 0
    labels = torch.tensor([0, 1, 0, 1, 0, 1])
    embed, out = nn.Embedding(20, 16, padding_idx=0), nn.Linear(16, 2)
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, 0.1, batch_first=True), 2)
    weights = [*embed.parameters(), *encoder.parameters(), *out.parameters()]
    optimizer, losses = torch.optim.Adam(weights, lr=0.005), []
    for _ in range(6):
        loss = functional.cross_entropy(out(encoder(embed(x), src_key_padding_mask=x == 0).mean(1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    encoder.eval()
    with torch.no_grad():
        return losses, out(encoder(embed(x), src_key_padding_mask=x == 0).mean(1)).argmax(1).tolist()


def translator(torch):
    """nn.Transformer as the tutorial of torch uses it: steps first, a causal mask, padding."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(6)
    src, tgt = torch.randint(2, 15, (7, 3)), torch.randint(2, 15, (6, 3))
    src[5:, 1] = 1
    embed, model, out = nn.Embedding(15, 16), nn.Transformer(16, 2, 1, 1, 32, 0.1), nn.Linear(16, 15)
    weights = [*embed.parameters(), *model.parameters(), *out.parameters()]
    optimizer, losses = torch.optim.Adam(weights, lr=0.003, betas=(0.9, 0.98), eps=1e-9), []
    for _ in range(6):
        mask = nn.Transformer.generate_square_subsequent_mask(5)
        found = model(embed(src), embed(tgt[:-1]), tgt_mask=mask, src_key_padding_mask=(src == 1).T, memory_key_padding_mask=(src == 1).T)
        loss = functional.cross_entropy(out(found).reshape(-1, 15), tgt[1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, []


PROGRAMS = {"char RNN": lambda t: char_rnn(t, "RNN"), "char LSTM": lambda t: char_rnn(t, "LSTM"), "char GRU": lambda t: char_rnn(t, "GRU"),
            "cell by hand": cell_by_hand, "seq2seq": seq2seq, "GPT": lambda t: gpt(t, False), "GPT by hand": lambda t: gpt(t, True),
            "classifier": classifier, "translator": translator}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.filterwarnings("ignore:enable_nested_tensor", "ignore:Support for mismatched", "ignore:The PyTorch API of nested")
def test_losses_follow_torchs(name):
    (theirs, their_words), (mine, my_words) = (PROGRAMS[name](engine) for engine in (torch, workbook))
    assert my_words == their_words
    np.testing.assert_allclose(mine[0], theirs[0], rtol=1e-6)
    np.testing.assert_allclose(mine, theirs, rtol=1e-4)
    assert mine[-1] < mine[0]
