"""The sheet's update in PyTorch, for benchmarks/peers.py, which runs this in an environment with PyTorch.

Eager, with what makes PyTorch fast on a processor: fused Adam, channels last, one generator forward pass for both
phases, and autocast for bfloat16.
"""

from __future__ import annotations

import sys
import time

import torch
from torch import nn

BATCH_SIZE, LATENT_DIM, SLOPE = 128, 100, 0.3
UPDATES, WARM_UP_UPDATES = 3, 3  # as in timing.py, which another version of Python may not be able to import


class ToImage(nn.Module):
    def forward(self, units):
        return units.view(-1, 256, 7, 7)


def transposed(inputs: int, outputs: int, stride: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, 5, stride, padding=2, output_padding=stride - 1, bias=False)


def make_networks() -> tuple[nn.Module, nn.Module]:
    generator = nn.Sequential(
        nn.Linear(LATENT_DIM, 7 * 7 * 256, bias=False),
        nn.BatchNorm1d(7 * 7 * 256),
        nn.LeakyReLU(SLOPE),
        ToImage(),
        transposed(256, 128, 1),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(SLOPE),
        transposed(128, 64, 2),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(SLOPE),
        transposed(64, 1, 2),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, 2, padding=2, bias=False),
        nn.LeakyReLU(SLOPE),
        nn.Conv2d(64, 128, 5, 2, padding=2, bias=False),
        nn.LeakyReLU(SLOPE),
        nn.Flatten(),
        nn.Linear(7 * 7 * 128, 1024, bias=False),
        nn.LeakyReLU(SLOPE),
        nn.Linear(1024, 1),  # the sigmoid is in the loss
    )
    layout = torch.channels_last
    return generator.to(memory_format=layout), discriminator.to(memory_format=layout)


def make_update(precision: str):
    """Return a function that makes one update and returns the generator's loss."""
    torch.manual_seed(1)
    generator, discriminator = make_networks()
    generator_adam, discriminator_adam = (
        torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=True)
        for network in (generator, discriminator)
    )
    loss_of = nn.BCEWithLogitsLoss()
    real_images = (torch.rand(BATCH_SIZE, 1, 28, 28) * 2 - 1).to(memory_format=torch.channels_last)
    noise = torch.randn(BATCH_SIZE, LATENT_DIM)
    real, fake = torch.ones(BATCH_SIZE, 1), torch.zeros(BATCH_SIZE, 1)

    def cast():
        return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")

    def update():
        with cast():
            fake_images = generator(noise)
        for images, target in ((real_images, real), (fake_images.detach(), fake)):
            discriminator_adam.zero_grad(set_to_none=True)
            with cast():
                output = discriminator(images)
            loss_of(output.float(), target).backward()
            discriminator_adam.step()
        discriminator.requires_grad_(False)
        generator_adam.zero_grad(set_to_none=True)
        with cast():
            output = discriminator(fake_images)
        loss = loss_of(output.float(), real)
        loss.backward()
        generator_adam.step()
        discriminator.requires_grad_(True)
        return loss

    return update


def main(precision: str) -> None:
    update = make_update(precision)
    for _ in range(WARM_UP_UPDATES):
        update()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        for _ in range(UPDATES):
            loss = update()
        float(loss)
        print((time.perf_counter() - started) / UPDATES, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
