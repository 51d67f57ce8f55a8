using System.Text;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Lab.Images;
using NUnit.Framework;
using Property = FsCheck.Property;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace Lab.Tests.Images;

public sealed class GrubEnvironmentTests
{
    private const string Signature = "# GRUB Environment Block\n";

    [Test]
    public void An_empty_block_is_the_signature_and_padding_as_grub_editenv_creates_it() =>
        Encoding.ASCII.GetString(GrubEnvironment.Format([])).Should().Be(Signature.PadRight(1024, '#'));

    [Test]
    public void Variables_are_lines_in_the_order_given() =>
        Encoding.ASCII.GetString(GrubEnvironment.Format([new("boot_success", "0"), new("boot_counter", "3")]))
            .Should().Be((Signature + "boot_success=0\nboot_counter=3\n").PadRight(1024, '#'));

    [Test]
    public void A_block_may_be_full_to_the_last_byte()
    {
        var room = 1024 - Signature.Length - "a=\n".Length;

        GrubEnvironment.Format([new("a", new string('x', room))]).Should().HaveCount(1024).And.EndWith((byte)'\n');
        FluentActions.Invoking(() => GrubEnvironment.Format([new("a", new string('x', room + 1))]))
            .Should().Throw<ArgumentException>().WithMessage("*holds 1024 bytes; these variables need 1025*");
    }

    [Property]
    public Property Grub_reads_back_what_was_written() => Prop.ForAll(Arb.From(Variables()), variables =>
        Read(GrubEnvironment.Format(variables)).Should().Equal(variables));

    private static Gen<KeyValuePair<string, string>[]> Variables() => Gen.Choose(0, 6).SelectMany(count => Gen.ArrayOf(
        from name in Gen.Elements("saved_entry", "boot_success", "boot_counter", "default", "x")
        from value in Gen.ArrayOf(Gen.Elements("a", "3", " ", "=", "#", "\\", "\n", "ü", "ostree:0")).Resize(20).Select(string.Concat)
        select KeyValuePair.Create(name, value), count));

    /// <summary>As grub_envblk_iterate and its find_next_line do it (grub-core/lib/envblk.c).</summary>
    private static List<KeyValuePair<string, string>> Read(byte[] block)
    {
        Encoding.UTF8.GetString(block).Should().StartWith(Signature);
        var (position, found) = (Signature.Length, new List<KeyValuePair<string, string>>());
        while (position < block.Length)
        {
            if (block[position] != '#')
            {
                var equals = Array.IndexOf(block, (byte)'=', position);
                var name = Encoding.UTF8.GetString(block, position, equals - position);
                var value = new List<byte>();
                for (position = equals + 1; block[position] != '\n'; position++)
                {
                    position += block[position] == '\\' ? 1 : 0;
                    value.Add(block[position]);
                }

                found.Add(new(name, Encoding.UTF8.GetString([.. value])));
            }

            position++;
        }

        return found;
    }
}
