using FluentAssertions;
using Lab.Templates;
using NUnit.Framework;

namespace Lab.Tests.Templates;

internal sealed class MarkupEncoderTests
{
    [Test]
    public void What_XML_has_no_place_for_is_left_out()
    {
        MarkupEncoder.Carriable("plain, ünïcode\tand\nlines \U0001F600").Should().Be("plain, ünïcode\tand\nlines \U0001F600");
        MarkupEncoder.Carriable("\u001b[31mred\0\u0007\r\n").Should().Be("[31mred\n");
        MarkupEncoder.Carriable("a\u007fb\u0085c").Should().Be("abc", "HTML has no place for DEL and the C1 controls");
        MarkupEncoder.Carriable("\ufffe\uffff").Should().BeEmpty("they are no characters at all");
    }

    [Test]
    public void Half_a_surrogate_pair_is_replaced() => MarkupEncoder.Carriable("a\ud800b\udc00").Should().Be("a\ufffdb\ufffd");

    [Test]
    public void Markup_becomes_text_in_elements_and_attributes()
    {
        using var target = new StringWriter();

        new MarkupEncoder().Encode("<a b=\"c\" d='e'>&</a>", target);

        target.ToString().Should().Be("&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;&lt;/a&gt;");
    }
}
