"""Speed of the same pix2pix training step in PyTorch, for comparison: images per second.

    pip install torch && python results/bench/pix2pix_pytorch.py

The networks, losses, optimizers, batch and number format are those of

    python -m colorkeras.bench experiments/pix2pix --preset paper --set train.batch_size=8

whose part "step" is the number to compare with: one generator forward, the discriminator's update,
the generator's update, on one batch of 256×256 that stays in memory, in bfloat16.
"""

import argparse
import statistics
import time

import torch
from torch import nn

BATCH, SIZE, L1_WEIGHT = 8, 256, 100.0


class Block(nn.Module):
    """One level of the U-Net around the next deeper one, as in the code of Isola et al."""

    def __init__(self, outer, inner, inside=None, *, outermost=False, dropout=False, channels=1):
        super().__init__()
        self.outermost = outermost
        innermost = inside is None
        down = nn.Conv2d(channels if outermost else outer, inner, 4, 2, 1, bias=False)
        up = nn.ConvTranspose2d(
            inner if innermost else 2 * inner, 2 if outermost else outer, 4, 2, 1, bias=outermost
        )
        layers = [down] if outermost else [nn.LeakyReLU(0.2), down]
        if not (outermost or innermost):
            layers.append(nn.BatchNorm2d(inner))
        layers += [inside] if inside else []
        layers += [nn.ReLU(), up, nn.Tanh() if outermost else nn.BatchNorm2d(outer)]
        layers += [nn.Dropout(0.5)] if dropout else []
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        y = self.layers(x)
        return y if self.outermost else torch.cat([x, y], 1)


def generator():
    """U-Net-256, 54.4 million parameters."""
    block = Block(512, 512)
    for _ in range(3):
        block = Block(512, 512, block, dropout=True)
    for outer, inner in ((256, 512), (128, 256), (64, 128)):
        block = Block(outer, inner, block)
    return Block(0, 64, block, outermost=True)


def discriminator():
    """PatchGAN of 70×70, 2.77 million parameters."""
    layers = [nn.Conv2d(3, 64, 4, 2, 1), nn.LeakyReLU(0.2)]
    for before, after, stride in ((64, 128, 2), (128, 256, 2), (256, 512, 1)):
        layers += [nn.Conv2d(before, after, 4, stride, 1, bias=False)]
        layers += [nn.BatchNorm2d(after), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 1))


def training_step(device, channels_last):
    """Return a function that updates both networks once."""
    layout = torch.channels_last if channels_last else torch.contiguous_format
    g = generator().to(device, memory_format=layout)
    d = discriminator().to(device, memory_format=layout)
    adam = {"lr": 2e-4, "betas": (0.5, 0.999)}
    g_optimizer = torch.optim.Adam(g.parameters(), **adam)
    d_optimizer = torch.optim.Adam(d.parameters(), **adam)
    bce, l1 = nn.BCEWithLogitsLoss(), nn.L1Loss()
    luminance = torch.rand(BATCH, 1, SIZE, SIZE, device=device).to(memory_format=layout)
    chroma = torch.rand(BATCH, 2, SIZE, SIZE, device=device).to(memory_format=layout)

    def judged(chroma, is_real):
        logits = d(torch.cat([luminance, chroma], 1)).float()
        return bce(logits, torch.full_like(logits, float(is_real)))

    def step():
        with torch.autocast(device, dtype=torch.bfloat16):
            fake = g(luminance)
            d_loss = (judged(fake.detach(), False) + judged(chroma, True)) / 2
        d_optimizer.zero_grad()
        d_loss.backward()
        d_optimizer.step()
        d.requires_grad_(False)
        with torch.autocast(device, dtype=torch.bfloat16):
            g_loss = judged(fake, True) + L1_WEIGHT * l1(fake.float(), chroma)
        g_optimizer.zero_grad()
        g_loss.backward()
        g_optimizer.step()
        d.requires_grad_(True)
        return d_loss.item(), g_loss.item()

    return step


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--steps", type=int, default=4, help="per round (default: 4)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--channels-last", action="store_true", help="NHWC in memory")
    args = parser.parse_args()
    step = training_step(args.device, args.channels_last)
    step()
    rates = []
    for _ in range(args.rounds):
        started = time.monotonic()
        for _ in range(args.steps):
            step()
        rates.append(args.steps * BATCH / (time.monotonic() - started))
    middle = statistics.median(rates)
    print(f"{middle:.2f} images/s (median of {min(rates):.2f} … {max(rates):.2f})")


if __name__ == "__main__":
    main()
