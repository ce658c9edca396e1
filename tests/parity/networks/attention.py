"""Networks that look back: a translator with attention, a Transformer that reads, and a small GPT that writes."""

import math

from tests.parity.networks.rows import STEPS, By, trained_by
from tests.parity.networks.sequences import chunks, letters


@trained_by(By("RAdam", lr=0.01), By("Adam", lr=0.005), By("Adagrad", lr=0.05))
def seq2seq_with_attention(torch, optimizer):
    """Say a row of letters backwards: a GRU reads it, another writes and looks at what was read."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(18)
    count, hidden, length = 8, 16, 5

    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(count, hidden)
            self.gru = nn.GRU(hidden, hidden, batch_first=True)
            self.dropout = nn.Dropout(0.1)

        def forward(self, x):
            return self.gru(self.dropout(self.embedding(x)))

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.query = nn.Linear(hidden, hidden)
            self.keys = nn.Linear(hidden, hidden)
            self.score = nn.Linear(hidden, 1, bias=False)

        def forward(self, query, keys):
            scores = self.score(torch.tanh(self.query(query) + self.keys(keys))).squeeze(2).unsqueeze(1)
            weights = functional.softmax(scores, dim=-1)
            return torch.bmm(weights, keys)

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(count + 1, hidden)
            self.attention = Attention()
            self.gru = nn.GRU(2 * hidden, hidden, batch_first=True)
            self.out = nn.Linear(hidden, count)

        def forward(self, read, state, target):
            start = torch.full((len(target), 1), count)
            written = []
            for letter in torch.cat([start, target[:, :-1]], dim=1).split(1, dim=1):
                context = self.attention(state.permute(1, 0, 2), read)
                out, state = self.gru(torch.cat((self.embedding(letter), context), dim=2), state)
                written.append(self.out(out))
            return torch.cat(written, dim=1)

    net = nn.ModuleDict({"encoder": Encoder(), "decoder": Decoder()})
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        x = torch.randint(0, count, (8, length))
        y = x.flip(1)
        logits = net["decoder"](*net["encoder"](x), y)
        loss = functional.cross_entropy(logits.transpose(1, 2), y)
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("AdamW", lr=0.002), By("SGD", lr=0.01, momentum=0.9), By("RAdam", lr=0.002))
def transformer_encoder(torch, optimizer):
    """How many different letters has the row? Rows of different lengths, padded and masked."""
    nn = torch.nn
    torch.manual_seed(19)
    count, width, length = 6, 16, 8

    class Positions(nn.Module):
        def __init__(self):
            super().__init__()
            at = torch.arange(length).unsqueeze(1)
            speed = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
            table = torch.zeros(length, width)
            table[:, 0::2] = torch.sin(at * speed)
            table[:, 1::2] = torch.cos(at * speed)
            self.register_buffer("table", table)

        def forward(self, x):
            return x + self.table

    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(count + 1, width, padding_idx=count)
            self.positions = Positions()
            layer = nn.TransformerEncoderLayer(width, nhead=4, dim_feedforward=32, dropout=0.1, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, num_layers=2)
            self.out = nn.Linear(width, count)

        def forward(self, x):
            padded = x == count
            hidden = self.encoder(self.positions(self.embedding(x) * math.sqrt(width)), src_key_padding_mask=padded)
            kept = (~padded).unsqueeze(-1)
            return self.out((hidden * kept).sum(1) / kept.sum(1))

    net, criterion = Reader(), nn.CrossEntropyLoss()
    optimizer = optimizer(net.parameters())
    for _ in range(STEPS):
        x, lengths = torch.randint(0, count, (12, length)), torch.randint(3, length + 1, (12, 1))
        x = x.masked_fill(torch.arange(length) >= lengths, count)
        y = torch.tensor([len(set(row) - {count}) - 1 for row in x.tolist()])
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        yield net, loss
        optimizer.step()


@trained_by(By("AdamW", lr=0.002, betas=(0.9, 0.95)), By("Adam", lr=0.002), By("NAdam", lr=0.002))
def small_gpt(torch, optimizer):
    """Two blocks that look back only; the embedding shares its weights with the last layer, and only matrices decay."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(20)
    data, count = letters(torch)
    width, heads, length = 24, 4, 12

    class CausalSelfAttention(nn.Module):
        def __init__(self):
            super().__init__()
            self.c_attn = nn.Linear(width, 3 * width)
            self.c_proj = nn.Linear(width, width)

        def forward(self, x):
            batch, time, _ = x.shape
            parts = self.c_attn(x).split(width, dim=2)
            q, k, v = (part.view(batch, time, heads, width // heads).transpose(1, 2) for part in parts)
            y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            return self.c_proj(y.transpose(1, 2).contiguous().view(batch, time, width))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1, self.attn, self.ln_2 = nn.LayerNorm(width), CausalSelfAttention(), nn.LayerNorm(width)
            self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width), nn.Dropout(0.1))

        def forward(self, x):
            x = x + self.attn(self.ln_1(x))
            return x + self.mlp(self.ln_2(x))

    class GPT(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte, self.wpe = nn.Embedding(count, width), nn.Embedding(length, width)
            self.h = nn.ModuleList([Block() for _ in range(2)])
            self.ln_f = nn.LayerNorm(width)
            self.lm_head = nn.Linear(width, count, bias=False)
            self.wte.weight = self.lm_head.weight
            self.apply(self.start)

        def start(self, module):
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, mean=0.0, std=0.1)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

        def forward(self, tokens):
            x = self.wte(tokens) + self.wpe(torch.arange(tokens.size(1)))
            for block in self.h:
                x = block(x)
            return self.lm_head(self.ln_f(x))

    net = GPT()
    matrices = [parameter for parameter in net.parameters() if parameter.dim() >= 2]
    others = [parameter for parameter in net.parameters() if parameter.dim() < 2]
    optimizer = optimizer([{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}])
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / 10))
    for x, y in chunks(torch, data, 4, length):
        loss = functional.cross_entropy(net(x).view(-1, count), y.view(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        yield net, loss
        optimizer.step()
        scheduler.step()
